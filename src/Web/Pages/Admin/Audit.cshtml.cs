using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Projections.Ledger;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Whether the history is what was recorded.</summary>
[Authorize(Policy = StaffIdentity.Reads)]
public sealed class AuditModel(LedgerQueries ledger) : PageModel
{
    private const int PageSize = 25;

    /// <summary>A position: only anchors of before.</summary>
    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    public AuditRecord? Last { get; private set; }

    public LedgerHead Head { get; private set; } = new();

    /// <summary>The latest first.</summary>
    public IReadOnlyList<LedgerAnchor> Anchors { get; private set; } = [];

    /// <summary>Where the page before this one begins; null where there is none.</summary>
    public long? Older { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        (Last, Head) = (await ledger.LastAudit(ct), await ledger.Head(ct));
        var anchors = await ledger.LatestAnchors(Before, PageSize + 1, ct);
        Anchors = [.. anchors.Take(PageSize)];
        Older = anchors.Count > PageSize ? Anchors[^1].Position : null;
    }
}
