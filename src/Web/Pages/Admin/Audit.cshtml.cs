using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application.Moderation;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Visitors;
using RandomChat.Web.Accounts;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>What the staff did, and whether the history is what was recorded.</summary>
[Authorize(Policy = StaffIdentity.Reads)]
public sealed class AuditModel(LedgerQueries ledger, AuditList list, LookBook looks, StaffAccounts accounts, IAuthorizationService authorization) : PageModel
{
    private const int PageSize = 25;

    /// <summary>Kinds of acts, in words.</summary>
    public static IReadOnlyList<(StaffActKind Kind, string Words)> Kinds { get; } =
    [
        (StaffActKind.Look, "Looks"),
        (StaffActKind.Work, "Claims and notes"),
        (StaffActKind.Decision, "Decisions"),
        (StaffActKind.Sanction, "Warnings and bans"),
        (StaffActKind.Appeal, "Answers to appeals"),
        (StaffActKind.Hold, "Legal holds"),
        (StaffActKind.Export, "Exports"),
        (StaffActKind.Badge, "Badges"),
        (StaffActKind.Staff, "Who is on the staff"),
        (StaffActKind.Publication, "Published reports"),
        (StaffActKind.Other, "Anything else"),
    ];

    /// <summary>A position: only anchors of before.</summary>
    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    /// <summary>A position: only what the staff did before it.</summary>
    [BindProperty(SupportsGet = true)]
    public long? ActsBefore { get; set; }

    /// <summary>Whose acts, by name; null: everybody's.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Who { get; set; }

    /// <summary>Acts of which kind; null: all.</summary>
    [BindProperty(SupportsGet = true)]
    public StaffActKind? Act { get; set; }

    /// <summary>A moment in UTC as a form writes it.</summary>
    [BindProperty(SupportsGet = true)]
    public string? From { get; set; }

    /// <inheritdoc cref="From"/>
    [BindProperty(SupportsGet = true)]
    public string? Until { get; set; }

    public AuditRecord? Last { get; private set; }

    public LedgerHead Head { get; private set; } = new();

    /// <summary>The latest first.</summary>
    public IReadOnlyList<LedgerAnchor> Anchors { get; private set; } = [];

    /// <summary>Where the page before this one begins; null where there is none.</summary>
    public long? Older { get; private set; }

    /// <summary>Names that can be asked for.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Null where what was asked for makes no sense.</summary>
    public ActPage? Acts { get; private set; }

    /// <summary>Whether whoever reads may open histories, and take this list along.</summary>
    public bool MayExport { get; private set; }

    public string? Problem { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        MayExport = await MayModerate();
        Names = [.. (await accounts.All()).Select(member => member.Name)];
        if (await Filter() is { } filter)
        {
            Acts = await list.Page(filter, ActsBefore, PageSize, ct);
        }

        (Last, Head) = (await ledger.LastAudit(ct), await ledger.Head(ct));
        var anchors = await ledger.LatestAnchors(Before, PageSize + 1, ct);
        Anchors = [.. anchors.Take(PageSize)];
        Older = anchors.Count > PageSize ? Anchors[^1].Position : null;
    }

    /// <summary>The list as a file: it is recorded first, then written as it is read.</summary>
    public async Task<IActionResult> OnPostExportAsync(string? format, CancellationToken ct)
    {
        if (!await MayModerate())
        {
            return Forbid();
        }

        if (format is not ("csv" or "ndjson") || await Filter() is not { } filter)
        {
            return BadRequest();
        }

        await looks.AuditExported(format, filter.Who, filter.What?.ToString().ToLowerInvariant(), filter.From, filter.Until, HttpContext.StaffId(), ct);
        Response.ContentType = format == "csv" ? "text/csv; charset=utf-8" : "application/x-ndjson";
        Response.Headers.ContentDisposition = $"attachment; filename=\"staff-acts.{format}\"";
        await list.Write(filter, format == "csv", Response.Body, ct);
        return new EmptyResult();
    }

    private async Task<ActFilter?> Filter()
    {
        var (from, until) = (TimelineView.Moment(From), TimelineView.Moment(Until));
        (From, Until, Who) = (from is null ? null : From, until is null ? null : Until, Who?.Trim());
        var staffId = string.IsNullOrEmpty(Who) ? null : await accounts.IdOf(Who);
        if (staffId is null && !string.IsNullOrEmpty(Who))
        {
            Problem = "Nobody of the staff has that name.";
            return null;
        }

        return new(staffId, Act, from, until);
    }

    private async Task<bool> MayModerate() => (await authorization.AuthorizeAsync(User, StaffIdentity.Moderates)).Succeeded;
}
