using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application.Events;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Visitors;
using RandomChat.Web.Accounts;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Whether the history is what was recorded.</summary>
[Authorize(Policy = StaffIdentity.Reads)]
public sealed class AuditModel(LedgerQueries ledger, VisitorHistoryQueries history, StaffAccounts accounts) : PageModel
{
    private const int PageSize = 25;

    /// <summary>A position: only anchors of before.</summary>
    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    /// <summary>A position: only what was done about the staff before it.</summary>
    [BindProperty(SupportsGet = true)]
    public long? StaffBefore { get; set; }

    public AuditRecord? Last { get; private set; }

    public LedgerHead Head { get; private set; } = new();

    /// <summary>The latest first.</summary>
    public IReadOnlyList<LedgerAnchor> Anchors { get; private set; } = [];

    /// <summary>Where the page before this one begins; null where there is none.</summary>
    public long? Older { get; private set; }

    /// <summary>What was done about who is on the staff, the latest first.</summary>
    public IReadOnlyList<StaffActLine> StaffActs { get; private set; } = [];

    /// <summary>Where the page before this one begins; null where there is none.</summary>
    public long? OlderStaffActs { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        await LoadStaffActs(ct);
        (Last, Head) = (await ledger.LastAudit(ct), await ledger.Head(ct));
        var anchors = await ledger.LatestAnchors(Before, PageSize + 1, ct);
        Anchors = [.. anchors.Take(PageSize)];
        Older = anchors.Count > PageSize ? Anchors[^1].Position : null;
    }

    private async Task LoadStaffActs(CancellationToken ct)
    {
        var found = await history.OfStaff(StaffBefore is { } before ? new LogPosition(before) : null, PageSize + 1, ct);
        var (names, lines) = (new StaffNames(accounts), new List<StaffActLine>());
        foreach (var e in found.Take(PageSize))
        {
            var about = Guid.Parse(e.Stream[(e.Stream.IndexOf('-', StringComparison.Ordinal) + 1)..]);
            lines.Add(new(
                e.Position, e.At, EventWords.For(EventCodec.Default.Decode(e.Recorded())), about,
                await accounts.NameOf(about) ?? $"invitation {EventWords.Short(about)}", await names.OfActor(e.Actor)));
        }

        StaffActs = lines;
        OlderStaffActs = found.Count > PageSize ? lines[^1].Position : null;
    }

    /// <param name="Words">What was done.</param>
    /// <param name="StaffId">About whom.</param>
    /// <param name="About">Their name, or which invitation.</param>
    /// <param name="By">Who did it.</param>
    public sealed record StaffActLine(long Position, DateTimeOffset At, string Words, Guid StaffId, string About, string By);
}
