using RandomChat.Application.Events;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Activity;
using RandomChat.Projections.Moderation;

namespace RandomChat.Web.Moderation;

/// <summary>What goes on, what waits and how the staff keeps up: for the overview and for <c>GET /api/admin/metrics</c>.</summary>
public sealed class DeskNumbers(
    DeskQueries desk, ActivityQueries activity, OffenderQueries offenders, RuleQueries rules, IVisitorConnections connections, ILobby lobby, TimeProvider clock)
{
    /// <summary>Over how long time to action and appeals are counted.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromDays(30);

    private const int ChartHours = 24;
    private const int MostReporters = 20;

    /// <summary>The same with what people found of rules and reporters: it goes through all that was ever decided, so that nothing asks for it again and again.</summary>
    /// <inheritdoc cref="Now"/>
    public async Task<Numbers> WithPrecision(CancellationToken ct)
    {
        var (now, found, busiest) = (Now(ct), rules.All(ct), desk.BusiestReporters(MostReporters, ct));
        await Task.WhenAll(now, found, busiest);
        return await now with
        {
            PrecisionPerRule = await found,
            PrecisionPerReporter = [.. (await busiest).Select(reporter => ReporterPrecision.Of(reporter))],
        };
    }

    /// <exception cref="DependencyUnavailableException">Something of it cannot be read now.</exception>
    public async Task<Numbers> Now(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var first = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero) - TimeSpan.FromHours(ChartHours - 1);

        // All at once: whoever opens the overview waits for the slowest of them, not for the sum.
        var (waits, paces, charted) = (desk.Waiting(now, ct), desk.Pace(now - Period, ct), activity.Hours(first, now, ct));
        var (matches, repeated, lobbies) = (activity.ActiveMatches(ct), offenders.CountRepeated(ct), lobby.Count(ct).AsTask());
        await Task.WhenAll(waits, paces, charted, matches, repeated, lobbies);
        var (waiting, pace) = (await waits, await paces);
        var counted = (await charted).ToDictionary(hour => hour.Hour.ToUniversalTime());
        HourNumbers[] hours = [.. Enumerable.Range(0, ChartHours).Select(n => first.AddHours(n)).Select(at =>
            counted.TryGetValue(at, out var hour)
                ? new HourNumbers(at, hour.Sessions, hour.TextMatches + hour.VideoMatches, hour.Messages, hour.Reports)
                : new(at, 0, 0, 0, 0))];
        return new(
            now,
            connections.VisitorCount,
            (await lobbies).Values.Sum(),
            await matches,
            (double)hours.Sum(hour => hour.Reports) / ChartHours,
            await repeated,
            pace.MedianSeconds,
            pace.NinetyFifthSeconds,
            pace.Decided,
            pace.Appeals,
            pace.Appeals == 0 ? null : (double)pace.Overturned / pace.Appeals,
            [.. new[] { CaseLane.Severe, CaseLane.Urgent, CaseLane.Normal }.Select(lane => waiting.Lanes.TryGetValue(lane, out var found)
                ? new LaneNumbers(lane, found.Count, (now - found.OldestAt).TotalSeconds)
                : new(lane, 0, null))],
            waiting.Appeals,
            waiting.OldestAppealAt is { } filed ? (now - filed).TotalSeconds : null,
            waiting.ReviewsDue,
            hours);
    }
}

/// <param name="ActiveVisitors">Connected to this server.</param>
/// <param name="Waiting">For a partner.</param>
/// <param name="ActiveMatches">Begun and not ended.</param>
/// <param name="ReportsPerHour">The mean of the last 24 hours.</param>
/// <param name="RepeatOffenders">Visitors whom two people or more reported.</param>
/// <param name="MedianSecondsToAction">From a report to its first decision, over <see cref="DeskNumbers.Period"/>; null where nothing was decided.</param>
/// <param name="NinetyFifthSecondsToAction">95 of 100 were decided within this.</param>
/// <param name="Decided">Reports decided in that time.</param>
/// <param name="AppealsDecided">In that time.</param>
/// <param name="OverturnRate">The share of those that were right, 0 to 1; null where none was decided.</param>
/// <param name="ReviewsDue">Bans for good that have to be looked at again.</param>
/// <param name="Hours">The last 24, the current one last.</param>
public sealed record Numbers(
    DateTimeOffset At, int ActiveVisitors, int Waiting, int ActiveMatches, double ReportsPerHour, int RepeatOffenders, double? MedianSecondsToAction,
    double? NinetyFifthSecondsToAction, int Decided, int AppealsDecided, double? OverturnRate, IReadOnlyList<LaneNumbers> Lanes, int OpenAppeals,
    double? OldestAppealSeconds, int ReviewsDue, IReadOnlyList<HourNumbers> Hours)
{
    /// <summary>What people found of what each rule found; empty where it was not asked for.</summary>
    public IReadOnlyList<RuleRecord> PrecisionPerRule { get; init; } = [];

    /// <summary>The browsers whose reports were decided most often; empty where it was not asked for.</summary>
    public IReadOnlyList<ReporterPrecision> PrecisionPerReporter { get; init; } = [];
}

/// <summary>What people found of the reports of one browser.</summary>
/// <param name="Reporter">The beginning of the browser's id: enough to tell them apart, and not to look anybody up.</param>
/// <param name="Right">Reports upheld.</param>
/// <param name="Wrong">Reports that led to nothing.</param>
/// <param name="False">So many of those said what was not so.</param>
/// <param name="Precision">The share of those that were right, 0 to 1.</param>
/// <param name="Reliability">How much a report from there counts now, 0 to 1.</param>
public sealed record ReporterPrecision(string Reporter, int Right, int Wrong, int False, double Precision, double Reliability)
{
    public static ReporterPrecision Of(BusyReporter reporter) => new(
        EventWords.Short(reporter.DeviceId), reporter.Record.Upheld, reporter.Record.Dismissed, reporter.Record.False,
        (double)reporter.Record.Upheld / (reporter.Record.Upheld + reporter.Record.Dismissed), reporter.Record.Reliability);
}

/// <param name="Cases">Open ones.</param>
/// <param name="OldestSeconds">How long the one that waits longest does; null where none does.</param>
public sealed record LaneNumbers(CaseLane Lane, int Cases, double? OldestSeconds);

/// <param name="Hour">When it begins.</param>
public sealed record HourNumbers(DateTimeOffset Hour, int Sessions, int Matches, long Messages, int Reports);
