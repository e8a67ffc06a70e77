using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Activity;
using RandomChat.Projections.Moderation;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>What waits, and how much goes on.</summary>
[Authorize(Policy = StaffIdentity.Reads)]
public sealed class IndexModel(DeskQueries desk, ActivityQueries activity, IVisitorConnections connections, TimeProvider clock) : PageModel
{
    public IReadOnlyList<Lane> Lanes { get; private set; } = [];

    public int ActiveVisitors { get; private set; }

    public int ActiveMatches { get; private set; }

    public int ReportsToday { get; private set; }

    public int ReviewsDue { get; private set; }

    public Task OnGetAsync(CancellationToken ct) => Load(ct);

    /// <summary>The same numbers, to be put in their place.</summary>
    public async Task<IActionResult> OnGetNumbersAsync(CancellationToken ct)
    {
        await Load(ct);
        return Partial("_Numbers", this);
    }

    private async Task Load(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var waiting = await desk.Waiting(now, ct);
        Lane LaneOf(string title, CaseLane lane) => waiting.Lanes.TryGetValue(lane, out var found) ? new(title, found.Count, now - found.OldestAt) : new(title, 0, null);
        Lanes =
        [
            LaneOf("Urgent", CaseLane.Urgent), LaneOf("Normal", CaseLane.Normal), LaneOf("Automated", CaseLane.Automated),
            new("Appeals", waiting.Appeals, waiting.OldestAppealAt is { } oldest ? now - oldest : null),
        ];
        ReviewsDue = waiting.ReviewsDue;
        ActiveVisitors = connections.VisitorCount;
        ActiveMatches = await activity.ActiveMatches(ct);
        ReportsToday = (await activity.Since(now - TimeSpan.FromDays(1), ct)).Reports;
    }

    /// <param name="Count">Cases, or appeals.</param>
    /// <param name="Oldest">How long the oldest one waits; null where none does.</param>
    public sealed record Lane(string Title, int Count, TimeSpan? Oldest);
}
