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

/// <summary>Appeals that wait, oldest first, each to be answered.</summary>
[Authorize(Policy = StaffIdentity.Moderates)]
public sealed class AppealsModel(DeskQueries desk, ISender sender, StaffAccounts accounts) : PageModel
{
    private const int PageSize = 20;

    /// <summary>The position of the last one seen; null: from the beginning.</summary>
    [BindProperty(SupportsGet = true)]
    public long? After { get; set; }

    /// <summary>What was decided a moment ago: the read model may not know it yet.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid? Decided { get; set; }

    [BindProperty]
    public Guid? AppealId { get; set; }

    [BindProperty]
    public string? Outcome { get; set; }

    [BindProperty]
    public string? Statement { get; set; }

    public IReadOnlyList<Row> Items { get; private set; } = [];

    public long? Next { get; private set; }

    /// <summary>Nobody else could uphold what this one decided.</summary>
    public bool SoleStaff { get; private set; }

    public string? Done => Decided is null ? null : "Decided. They read your answer on their page.";

    public string? Problem { get; private set; }

    public Task OnGetAsync(CancellationToken ct) => Load(ct);

    public async Task<IActionResult> OnPostDecideAsync(CancellationToken ct)
    {
        if (AppealId is not { } appealId || !Enum.TryParse<AppealOutcome>(Outcome, ignoreCase: true, out var outcome) || !Enum.IsDefined(outcome)
            || await desk.Appeal(appealId, ct) is not { VisitorId: var visitorId })
        {
            return NotFound();
        }

        var decide = new DecideAppeal(visitorId, appealId, outcome, Statement ?? string.Empty, HttpContext.StaffId(), await HttpContext.HandlesSevere());
        if (await sender.Send(decide, ct) is Outcome<Nothing>.Refused { Refusal: var refusal })
        {
            Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
            Problem = PageWords.Alone(refusal);
            await Load(ct);
            return Page();
        }

        return Redirect($"/admin/appeals?decided={appealId:D}");
    }

    private async Task Load(CancellationToken ct)
    {
        var page = await desk.OpenAppeals(After, PageSize, ct);
        var (handlesSevere, names) = (await HttpContext.HandlesSevere(), new StaffNames(accounts));
        var items = new List<Row>(page.Count);
        foreach (var appeal in page.Where(appeal => appeal.AppealId != Decided))
        {
            if (await sender.Send(new SeeAppeal(appeal.VisitorId, appeal.AppealId, HttpContext.StaffId(), handlesSevere), ct) is Outcome<SeenAppeal>.Done { Value: var seen })
            {
                items.Add(new(seen, Policies.Find(seen.Reason)?.Title ?? seen.Reason, EventWords.Short(seen.VisitorId), await names.Of(seen.DecidedBy)));
            }
        }

        Items = items;
        Next = page.Count < PageSize ? null : page[^1].Position;
        SoleStaff = await accounts.CountModerating() < 2;
    }

    /// <param name="Policy">Its title.</param>
    /// <param name="Visitor">The beginning of the id.</param>
    /// <param name="By">Who sanctioned.</param>
    public sealed record Row(SeenAppeal Appeal, string Policy, string Visitor, string By);
}
