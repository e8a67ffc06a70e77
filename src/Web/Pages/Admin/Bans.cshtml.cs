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

/// <summary>Bans that last, oldest first, to be lifted, or, once a year, kept.</summary>
[Authorize(Policy = StaffIdentity.Moderates)]
public sealed class BansModel(DeskQueries desk, ISender sender, StaffAccounts accounts, TimeProvider clock) : PageModel
{
    private const int PageSize = 20;

    /// <summary>Only those that have to be looked at again by now.</summary>
    [BindProperty(SupportsGet = true)]
    public bool ReviewDue { get; set; }

    /// <summary>The position of the last one seen; null: from the beginning.</summary>
    [BindProperty(SupportsGet = true)]
    public long? After { get; set; }

    /// <summary>What was lifted a moment ago: the read model may not know it yet.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid? Lifted { get; set; }

    /// <summary>What was kept a moment ago.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid? Kept { get; set; }

    [BindProperty]
    public Guid? SanctionId { get; set; }

    [BindProperty]
    public Guid? VisitorId { get; set; }

    /// <summary><c>lift</c> or <c>keep</c>.</summary>
    [BindProperty]
    public string? Change { get; set; }

    [BindProperty]
    public string? Statement { get; set; }

    public IReadOnlyList<Row> Items { get; private set; } = [];

    public long? Next { get; private set; }

    public string? Done => Lifted is not null ? "Lifted, and its strikes with it." : Kept is not null ? "Kept. It comes back here in a year." : null;

    public string? Problem { get; private set; }

    public Task OnGetAsync(CancellationToken ct) => Load(ct);

    public async Task<IActionResult> OnPostChangeAsync(CancellationToken ct)
    {
        if (VisitorId is not { } visitorId || Change is not ("lift" or "keep"))
        {
            return NotFound();
        }

        var (staffId, handlesSevere, statement) = (HttpContext.StaffId(), await HttpContext.HandlesSevere(), Statement ?? string.Empty);
        var outcome = Change == "lift"
            ? await sender.Send(new LiftBan(visitorId, statement, staffId, handlesSevere), ct)
            : await sender.Send(new ReviewBan(visitorId, statement, staffId, handlesSevere), ct);
        if (outcome is Outcome<Nothing>.Refused { Refusal: var refusal })
        {
            Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
            Problem = PageWords.Alone(refusal);
            await Load(ct);
            return Page();
        }

        return Redirect($"/admin/bans?{(Change == "lift" ? "lifted" : "kept")}={SanctionId:D}");
    }

    private async Task Load(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var page = await desk.Bans(ReviewDue, now, After, PageSize, ct);
        var (handlesSevere, names) = (await HttpContext.HandlesSevere(), new StaffNames(accounts));
        var items = new List<Row>(page.Count);
        foreach (var ban in page.Where(ban => ban.SanctionId != Lifted))
        {
            var seen = (await sender.Send(new SeeBan(ban.VisitorId, ban.SanctionId, handlesSevere), ct) as Outcome<SeenBan>.Done)?.Value;
            items.Add(new(
                ban, seen, Policies.Find(ban.Policy)?.Title ?? ban.Policy, EventWords.Short(ban.VisitorId), await names.Of(ban.By),
                ban.ReviewDueAt <= now && ban.SanctionId != Kept));
        }

        Items = items;
        Next = page.Count < PageSize ? null : page[^1].Position;
    }

    /// <param name="Seen">Null where it is not known to the log.</param>
    /// <param name="Policy">Its title.</param>
    /// <param name="Visitor">The beginning of the id.</param>
    /// <param name="By">Who banned.</param>
    /// <param name="IsDue">It has to be looked at again.</param>
    public sealed record Row(DeskBan Ban, SeenBan? Seen, string Policy, string Visitor, string By, bool IsDue);
}
