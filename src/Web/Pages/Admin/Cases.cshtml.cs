using System.Globalization;
using Mediator;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Moderation;
using RandomChat.Web.Accounts;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>The queue, a case with its evidence, and the decision: where moderators spend their day.</summary>
[Authorize(Policy = StaffIdentity.Moderates)]
public sealed class CasesModel(
    DeskQueries desk, OffenderQueries offenders, ISender sender, StaffAccounts accounts, TimeProvider clock) : PageModel
{
    private const int InQueue = 25;
    private const string ForGood = "permanent";

    /// <summary>What a ban may be chosen to last.</summary>
    public static IReadOnlyList<(string Value, string Words)> Lengths { get; } =
        [("hour", "1 hour"), ("day", "24 hours"), ("week", "7 days"), (ForGood, "For good")];

    [BindProperty(SupportsGet = true)]
    public Guid? CaseId { get; set; }

    /// <summary>What was decided a moment ago: the read model may not know it yet.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid? Decided { get; set; }

    /// <summary>How: <c>warned</c>, <c>banned</c> or <c>dismissed</c>.</summary>
    [BindProperty(SupportsGet = true)]
    public string? How { get; set; }

    [BindProperty]
    public Guid ReportId { get; set; }

    [BindProperty]
    public bool Knowingly { get; set; }

    [BindProperty]
    public bool TakeOver { get; set; }

    /// <summary><c>warn</c>, <c>ban</c> or <c>dismiss</c>.</summary>
    [BindProperty]
    public string? Act { get; set; }

    [BindProperty]
    public string? Policy { get; set; }

    [BindProperty]
    public string? Length { get; set; }

    [BindProperty]
    public string? Statement { get; set; }

    public IReadOnlyList<Lane> Lanes { get; private set; } = [];

    /// <summary>Null where none is open here.</summary>
    public SeenCase? Case { get; private set; }

    public CasePriority? Priority { get; private set; }

    /// <summary>What is known of the reported one; null where nobody ever reported them.</summary>
    public Offender? Record { get; private set; }

    public IReadOnlyList<Guid> Linked { get; private set; } = [];

    /// <summary>The evidence that was just opened; null where none was.</summary>
    public ViewedReport? Revealed { get; private set; }

    /// <summary>A severe report that somebody else has opened: to open it too has to be meant.</summary>
    public Guid? AsksKnowingly { get; private set; }

    public string? Problem { get; private set; }

    public string? Done => How switch
    {
        "warned" => "Warned. Here is the next one.",
        "banned" => "Banned, and out at once. Here is the next one.",
        "dismissed" => "Dismissed. Here is the next one.",
        _ => null,
    };

    public bool IsClaimedByMe => Case is { ClaimedUntil: not null } open && open.ClaimedBy == HttpContext.StaffId();

    public bool IsClaimedByOther => Case is { ClaimedUntil: not null } && !IsClaimedByMe;

    /// <summary>Who works on it, in a sentence.</summary>
    public string Lease { get; private set; } = "";

    /// <summary>What the ladder says for the policy that is chosen.</summary>
    public string Suggested { get; private set; } = "hour";

    public static string Words(Verdict verdict) => string.Create(
        CultureInfo.InvariantCulture,
        $"{verdict.Category.ToString().ToLowerInvariant()} {verdict.Score:0.00} · {verdict.Rule} {verdict.RuleVersion} · {verdict.Action.ToString().ToLowerInvariant()}");

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        await Load(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostClaimAsync(CancellationToken ct)
    {
        if (CaseId is not { } caseId)
        {
            return NotFound();
        }

        Note(await sender.Send(new TakeOnCase(caseId, HttpContext.StaffId(), await HttpContext.HandlesSevere(), TakeOver), ct));
        await Load(ct);
        return Page();
    }

    /// <summary>Opens evidence, which is recorded. It stands in this answer alone and in no address.</summary>
    public async Task<IActionResult> OnPostRevealAsync(CancellationToken ct)
    {
        if (CaseId is not { } caseId)
        {
            return NotFound();
        }

        var outcome = await sender.Send(new ViewReport(caseId, ReportId, HttpContext.StaffId(), await HttpContext.HandlesSevere(), Knowingly), ct);
        if (outcome is Outcome<ViewedReport>.Done { Value: var viewed })
        {
            Revealed = viewed;
        }
        else if (outcome is Outcome<ViewedReport>.Refused { Refusal.Case: CaseStanding.Seen })
        {
            AsksKnowingly = ReportId;
            Note(outcome);
        }
        else
        {
            Note(outcome);
        }

        await Load(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostDecideAsync(CancellationToken ct)
    {
        if (CaseId is not { } caseId)
        {
            return NotFound();
        }

        var how = Act switch
        {
            "warn" when IsStated() => Note(await sender.Send(
                new UpholdReports(caseId, Policy ?? "", Statement, HttpContext.StaffId(), await HttpContext.HandlesSevere(), SanctionStep.Warning), ct))
                ? "warned" : null,
            "ban" when IsStated() => await Ban(caseId, ct) ? "banned" : null,
            "dismiss" => Note(await sender.Send(new DismissReports(caseId, HttpContext.StaffId(), await HttpContext.HandlesSevere()), ct)) ? "dismissed" : null,
            _ => null,
        };
        if (how is null)
        {
            Problem ??= "Choose what is to be done.";
            await Load(ct);
            return Page();
        }

        return Redirect($"/admin/cases?decided={caseId:D}&how={how}");
    }

    private async Task<bool> Ban(Guid caseId, CancellationToken ct)
    {
        if (await sender.Send(new SeeCase(caseId, HttpContext.StaffId(), await HttpContext.HandlesSevere()), ct) is not Outcome<SeenCase>.Done { Value: var known })
        {
            return Note(new Outcome<SeenCase>.Refused(Refusal.NotFound("There is no such case.")));
        }

        var step = Length switch
        {
            "hour" => SanctionStep.Hour,
            "day" => SanctionStep.Day,
            "week" => SanctionStep.Week,
            _ => SanctionStep.Permanent,
        };
        var until = SanctionLadder.LengthOf(step) is { } length ? clock.GetUtcNow() + length : (DateTimeOffset?)null;
        return Note(await sender.Send(
            new IssueBan(Guid.NewGuid(), known.VisitorId, Policy ?? "", until, Statement ?? "", HttpContext.StaffId(), await HttpContext.HandlesSevere()), ct));
    }

    private bool IsStated()
    {
        if (!string.IsNullOrWhiteSpace(Statement))
        {
            return true;
        }

        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        Problem = "Say in the statement what they did: they read it word for word.";
        return false;
    }

    /// <returns>Whether it was done; else why not stands above the case.</returns>
    private bool Note<T>(Outcome<T> outcome)
    {
        if (outcome is not Outcome<T>.Refused { Refusal: var refusal })
        {
            return true;
        }

        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        Problem = refusal switch
        {
            { Case: CaseStanding.Seen seen } => $"Somebody else looked into it on {PageWords.Moment(seen.At)}. Looking all the same is recorded.",
            { Case: CaseStanding.Decided } => "This case moved on. Nothing was done. Its history says what changed.",
            { Case: CaseStanding.Claimed claim } => $"Somebody else works on this case until {PageWords.Moment(claim.Until)}. Nothing was done.",
            _ => PageWords.Alone(refusal),
        };
        return false;
    }

    private async Task Load(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var lanes = new List<Lane>();
        foreach (var lane in new[] { CaseLane.Urgent, CaseLane.Normal })
        {
            var cases = await desk.OpenCases(lane, null, InQueue + 1, ct);
            lanes.Add(new(lane, [.. cases.Where(one => one.CaseId != Decided).Take(InQueue).Select(one =>
                new Waiting(one.CaseId, one.Policy, one.Open, now - one.OpenSince, PriorityPolicy.Judge(one.Signs(), now)))]));
        }

        Lanes = lanes;
        CaseId ??= lanes.SelectMany(lane => lane.Cases).FirstOrDefault()?.CaseId;
        if (CaseId is not { } caseId
            || await sender.Send(new SeeCase(caseId, HttpContext.StaffId(), await HttpContext.HandlesSevere()), ct) is not Outcome<SeenCase>.Done { Value: var open })
        {
            return;
        }

        Case = open;
        Priority = lanes.SelectMany(lane => lane.Cases).FirstOrDefault(one => one.CaseId == caseId)?.Priority
            ?? ((await desk.Signs([caseId], ct)).TryGetValue(caseId, out var signs) ? PriorityPolicy.Judge(signs, now) : null);
        Record = await offenders.Find(open.VisitorId, ct);
        Linked = await offenders.LinkedTo(open.VisitorId, ct);
        Policy ??= open.Items.Select(item => Policies.Find(item.Policy)!).MaxBy(policy => policy.Severity)?.Code;
        if (Policy is { } chosen && Policies.Find(chosen) is { } broken)
        {
            Suggested = SanctionLadder.StepFor(open.Strikes + broken.Strikes) switch
            {
                SanctionStep.Day => "day",
                SanctionStep.Week => "week",
                SanctionStep.Permanent => ForGood,
                _ => "hour",
            };
        }

        Length ??= Suggested;
        Lease = open.ClaimedUntil is not { } until ? "Nobody works on it."
            : IsClaimedByMe ? $"Claimed by you until {PageWords.Moment(until)}. Any action renews it."
            : $"{(open.ClaimedBy is { } by ? await accounts.NameOf(by) ?? "Somebody" : "The system")} works on it until {PageWords.Moment(until)}.";
    }

    public sealed record Lane(CaseLane Name, IReadOnlyList<Waiting> Cases);

    /// <param name="Open">How many reports.</param>
    /// <param name="Age">How long the oldest of them waits.</param>
    public sealed record Waiting(Guid CaseId, string Policy, int Open, TimeSpan Age, CasePriority Priority);
}
