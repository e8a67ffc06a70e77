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
public sealed class CasesModel(CaseBoards boards, ISender sender, StaffAccounts accounts, TimeProvider clock) : PageModel
{
    private const string ForGood = "permanent";

    /// <summary>What a ban may be chosen to last.</summary>
    public static IReadOnlyList<(string Value, string Words)> Lengths { get; } =
        [("hour", "1 hour"), ("day", "24 hours"), ("week", "7 days"), (ForGood, "For good")];

    /// <summary>What every key does; each is a button, a link or a field on the page too.</summary>
    public static IReadOnlyList<(string Keys, string Words)> Keys { get; } =
    [
        ("J K", "next and previous case"), ("C", "claim, or take over"), ("R", "reveal the evidence"), ("T", "use the template"), ("W", "warn"),
        ("B", "ban"), ("D", "dismiss"), ("F", "dismiss as false"), ("N", "to the note"), ("E", "escalate"), ("U", "undo the decision"), ("?", "these keys"),
    ];

    [BindProperty(SupportsGet = true)]
    public Guid? CaseId { get; set; }

    /// <summary>Which lane of the queue is wanted, by its name; null: that of the case.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Lane { get; set; }

    /// <summary>Where the page of the queue before ended, see <see cref="CaseCursor"/>; null: from the beginning.</summary>
    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    /// <summary>What was decided a moment ago: the read model may not know it yet.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid? Decided { get; set; }

    /// <summary>What was done: <c>warned</c>, <c>banned</c>, <c>dismissed</c>, <c>escalated</c>, <c>noted</c> or <c>undone</c>.</summary>
    [BindProperty(SupportsGet = true)]
    public string? How { get; set; }

    [BindProperty]
    public Guid ReportId { get; set; }

    /// <summary>The report whose evidence the page showed when its form was sent: shown again where the page is.</summary>
    [BindProperty]
    public Guid? Shown { get; set; }

    [BindProperty]
    public bool Knowingly { get; set; }

    [BindProperty]
    public bool TakeOver { get; set; }

    /// <summary><c>warn</c>, <c>ban</c>, <c>dismiss</c>, <c>dismiss-false</c>, <c>note</c>, <c>escalate</c> or <c>template</c>.</summary>
    [BindProperty]
    public string? Act { get; set; }

    /// <summary>The version of the case that the page showed.</summary>
    [BindProperty]
    public int? Version { get; set; }

    [BindProperty]
    public string? Policy { get; set; }

    [BindProperty]
    public string? Length { get; set; }

    [BindProperty]
    public string? Statement { get; set; }

    [BindProperty]
    public string? Note { get; set; }

    /// <summary>Why a legal hold is placed or lifted.</summary>
    [BindProperty]
    public string? Reason { get; set; }

    /// <summary>The day on which a hold ends, as a form writes it; empty where only its release ends it.</summary>
    [BindProperty]
    public string? Until { get; set; }

    /// <summary>Why the package is needed again.</summary>
    [BindProperty]
    public string? Why { get; set; }

    public CaseBoard Board { get; private set; } = null!;

    /// <summary>The evidence that was just opened; null where none was.</summary>
    public ViewedReport? Revealed { get; private set; }

    /// <summary>A severe report that somebody else has opened: to open it too has to be meant.</summary>
    public Guid? AsksKnowingly { get; private set; }

    public string? Problem { get; private set; }

    /// <summary>What came since the page was shown, in words; empty where that is not the problem.</summary>
    public IReadOnlyList<string> Since { get; private set; } = [];

    public string? Done => How switch
    {
        "warned" => "Warned. Here is the next one.",
        "banned" => "Banned, and out at once. Here is the next one.",
        "dismissed" => "Dismissed. Here is the next one.",
        "escalated" => "Escalated to whoever may see severe cases. Here is the next one.",
        "noted" => "The note is on the case.",
        "held" => "A legal hold keeps its evidence.",
        "released" => "The legal hold is lifted.",
        "undone" => "Taken back. The case is open again, and yours.",
        _ => null,
    };

    /// <summary>Whether something in the case is open, and theirs to open and to decide.</summary>
    public bool MayWork => Board.Case is { Items.Count: > 0, Restricted: false } && (Board.HandedOnBy is null || HandlesSevere);

    /// <summary>Whether it can be handed on: whoever may see severe cases decides it themselves.</summary>
    public bool MayEscalate => MayWork && Board.HandedOnBy is null;

    /// <summary>Whether they may see severe cases.</summary>
    public bool HandlesSevere { get; private set; }

    /// <summary>What the ladder says for the policy that is chosen.</summary>
    public string Suggested { get; private set; } = "hour";

    public static string Words(Verdict verdict) => string.Create(
        CultureInfo.InvariantCulture,
        $"{verdict.Category.ToString().ToLowerInvariant()} {verdict.Score:0.00} · {verdict.Rule} {verdict.RuleVersion} · {verdict.Action.ToString().ToLowerInvariant()}");

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) => await Shows(ct);

    /// <summary>Who works on the case, for a page of it that is open: nothing where that page knows it already.</summary>
    public async Task<IActionResult> OnGetStandingAsync(int version, string? mark, CancellationToken ct)
    {
        if (CaseId is not { } caseId || await boards.Standing(caseId, version, HttpContext.StaffId(), ct) is not { } standing)
        {
            return NotFound();
        }

        return standing.Mark == mark ? new NoContentResult() : Partial("_CaseStanding", standing);
    }

    /// <summary>Goes on working on the case; whoever lost it sees so by themselves.</summary>
    public async Task<IActionResult> OnPostRenewAsync(CancellationToken ct)
    {
        if (CaseId is not { } caseId)
        {
            return NotFound();
        }

        var renewed = await sender.Send(new TakeOnCase(caseId, HttpContext.StaffId(), await HttpContext.HandlesSevere()), ct);
        return renewed is Outcome<Nothing>.Refused { Refusal: var refusal }
            ? new ContentResult { StatusCode = Problems.Problem.StatusOf(refusal.Code), Content = PageWords.Alone(refusal) }
            : new NoContentResult();
    }

    public async Task<IActionResult> OnPostClaimAsync(CancellationToken ct)
    {
        if (CaseId is not { } caseId)
        {
            return NotFound();
        }

        await IsDone(await sender.Send(new TakeOnCase(caseId, HttpContext.StaffId(), await HttpContext.HandlesSevere(), TakeOver), ct));
        return await Shows(ct);
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
        else
        {
            AsksKnowingly = outcome is Outcome<ViewedReport>.Refused { Refusal.Case: CaseStanding.Seen } ? ReportId : null;
            await IsDone(outcome);
        }

        return await Shows(ct);
    }

    public async Task<IActionResult> OnPostDecideAsync(CancellationToken ct)
    {
        if (CaseId is not { } caseId)
        {
            return NotFound();
        }

        var (by, handlesSevere) = (HttpContext.StaffId(), await HttpContext.HandlesSevere());
        if (Act == "template" && Policies.Find(Policy ?? "") is { } policy)
        {
            Statement = string.IsNullOrWhiteSpace(Statement) || StatementTemplates.IsUnedited(Statement)
                ? StatementTemplates.For(policy)
                : $"{Statement.TrimEnd()}\n{StatementTemplates.For(policy)}";
            await ShowsAgain(caseId, by, handlesSevere, ct);
            return await Shows(ct);
        }

        var how = Act switch
        {
            "warn" when IsStated() => await IsDone(await sender.Send(
                new UpholdReports(caseId, Policy ?? "", Statement, by, handlesSevere, SanctionStep.Warning, Version), ct)) ? "warned" : null,
            "ban" when IsStated() => await Ban(caseId, by, handlesSevere, ct) ? "banned" : null,
            "dismiss" or "dismiss-false" => await IsDone(await sender.Send(
                new DismissReports(caseId, by, handlesSevere, Act == "dismiss-false", Version), ct)) ? "dismissed" : null,
            "escalate" => await IsDone(await sender.Send(new ReferCase(caseId, Note ?? "", by, handlesSevere), ct)) ? "escalated" : null,
            "note" => await IsDone(await sender.Send(new NoteCase(caseId, Note ?? "", by, handlesSevere), ct)) ? "noted" : null,
            _ => null,
        };
        if (how is not (null or "noted"))
        {
            return Redirect($"/admin/cases?lane={Uri.EscapeDataString(Lane ?? "")}&decided={caseId:D}&how={how}");
        }

        if (how is null)
        {
            Problem ??= "Choose what is to be done.";
        }
        else
        {
            (How, Note) = (how, null);
        }

        await ShowsAgain(caseId, by, handlesSevere, ct);
        return await Shows(ct);
    }

    /// <summary>Places or lifts a legal hold.</summary>
    public async Task<IActionResult> OnPostHoldAsync(CancellationToken ct)
    {
        var (by, handlesSevere) = (HttpContext.StaffId(), await HttpContext.HandlesSevere());
        if (CaseId is not { } caseId || !handlesSevere)
        {
            return await Forbidden(ct);
        }

        var until = DateTimeOffset.TryParseExact(
            Until, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var day) ? day : (DateTimeOffset?)null;
        var isDone = Act == "release"
            ? await IsDone(await sender.Send(new ReleaseCase(caseId, Reason ?? "", by, handlesSevere), ct))
            : await IsDone(await sender.Send(new HoldCase(caseId, Reason ?? "", until, by, handlesSevere), ct));
        return isDone ? Redirect($"/admin/cases/{caseId:D}?how={(Act == "release" ? "released" : "held")}") : await Shows(ct);
    }

    /// <summary>Hands the case out as a package for authorities.</summary>
    public async Task<IActionResult> OnPostPackageAsync(CancellationToken ct)
    {
        var handlesSevere = await HttpContext.HandlesSevere();
        if (CaseId is not { } caseId || !handlesSevere)
        {
            return await Forbidden(ct);
        }

        var outcome = await sender.Send(new ExportCase(caseId, HttpContext.StaffId(), HttpContext.StaffName(), handlesSevere, Knowingly, Why), ct);
        if (outcome is Outcome<CasePackage>.Done { Value: var package })
        {
            return File(package.Zip, "application/zip", $"case-{caseId:D}-{package.ExportId:D}.zip");
        }

        await IsDone(outcome);
        return await Shows(ct);
    }

    /// <summary>Keeps how whoever asks wants to read.</summary>
    public IActionResult OnPostSettings(string? text, int pause, bool grey)
    {
        DeskSettings.From(grey, text, pause).Keep(HttpContext);
        return Redirect(CaseId is { } caseId ? $"/admin/cases/{caseId:D}" : "/admin/cases");
    }

    /// <summary>Takes back what was decided a moment ago.</summary>
    public async Task<IActionResult> OnPostUndoAsync(CancellationToken ct)
    {
        if (CaseId is not { } caseId)
        {
            return NotFound();
        }

        return await IsDone(await sender.Send(new UndoDecision(caseId, HttpContext.StaffId()), ct))
            ? Redirect($"/admin/cases/{caseId:D}?how=undone")
            : await Shows(ct);
    }

    private async Task<bool> Ban(Guid caseId, Guid by, bool handlesSevere, CancellationToken ct)
    {
        if (await sender.Send(new SeeCase(caseId, by, handlesSevere), ct) is not Outcome<SeenCase>.Done { Value: var known })
        {
            return await IsDone(new Outcome<SeenCase>.Refused(Refusal.NotFound("There is no such case.")));
        }

        // What no form sends is no choice: the longest ban least of all.
        if (StepOf(Length) is not { } step)
        {
            return await IsDone(new Outcome<IssuedBan>.Refused(Refusal.Invalid("length", "Choose how long the ban lasts.")));
        }

        var until = SanctionLadder.LengthOf(step) is { } length ? clock.GetUtcNow() + length : (DateTimeOffset?)null;
        return await IsDone(await sender.Send(
            new IssueBan(Guid.NewGuid(), known.VisitorId, Policy ?? "", until, Statement ?? "", by, handlesSevere, Version), ct));
    }

    private static SanctionStep? StepOf(string? length) => length switch
    {
        "hour" => SanctionStep.Hour,
        "day" => SanctionStep.Day,
        "week" => SanctionStep.Week,
        ForGood => SanctionStep.Permanent,
        _ => null,
    };

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

    /// <summary>Whoever goes on with a case goes on reading, which is a look of its own.</summary>
    private async Task ShowsAgain(Guid caseId, Guid by, bool handlesSevere, CancellationToken ct)
    {
        if (Shown is { } shown
            && await sender.Send(new ViewReport(caseId, shown, by, handlesSevere, Knowingly), ct) is Outcome<ViewedReport>.Done { Value: var viewed })
        {
            Revealed = viewed;
        }
    }

    /// <returns>Whether it was done; else why not stands above the case.</returns>
    private async Task<bool> IsDone<T>(Outcome<T> outcome)
    {
        if (outcome is not Outcome<T>.Refused { Refusal: var refusal })
        {
            return true;
        }

        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        (Problem, Since) = await CaseWords.For(refusal, new(accounts));
        return false;
    }

    /// <summary>The same whether there is such a case or not.</summary>
    private async Task<IActionResult> Forbidden(CancellationToken ct)
    {
        await IsDone<Nothing>(new Refusal("forbidden", "Whoever has the right to see severe cases does that."));
        return await Shows(ct);
    }

    private async Task<IActionResult> Shows(CancellationToken ct)
    {
        HandlesSevere = await HttpContext.HandlesSevere();
        var lane = Enum.TryParse<CaseLane>(Lane, ignoreCase: true, out var named) && Enum.IsDefined(named) ? named : (CaseLane?)null;
        Board = await boards.Load(CaseId, lane, CaseCursor.Read(After), Decided, HttpContext.StaffId(), HandlesSevere, ct);
        if (Board.Case is not { } open)
        {
            return Page();
        }

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
        return Page();
    }
}
