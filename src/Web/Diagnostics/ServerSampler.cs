using RandomChat.Application.Events;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Moderation;
using RandomChat.Web.Health;

namespace RandomChat.Web.Diagnostics;

/// <summary>Looks at what a scrape cannot wait for: the lobby, the read models, everything that readiness names.</summary>
public sealed class ServerSampler(
    ServerMeter meter, Dependencies dependencies, ILobby lobby, DeskQueries desk, LedgerQueries ledger, TimeProvider clock, ILogger<ServerSampler> log)
    : BackgroundService
{
    /// <summary>Twice within the half minute after which an alert may speak.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private static readonly IReadOnlyDictionary<string, double> Nothing = new Dictionary<string, double>();

    /// <summary>The lanes of cases; what was decided by itself is no case of its own.</summary>
    private static readonly CaseLane[] Lanes = [CaseLane.Severe, CaseLane.Urgent, CaseLane.Normal];

    /// <summary>Looks now.</summary>
    public async Task Look(CancellationToken ct)
    {
        var states = await dependencies.Ask(say: false, ct);
        var waiting = await Unless(async () => await lobby.Count(ct));
        var now = clock.GetUtcNow();
        var cases = await Unless(() => desk.Waiting(now, ct));
        var audit = await Unless(() => ledger.LastAudit(ct));
        var lanes = cases is null ? [] : Lanes.Select(lane => (Lane: lane, Found: cases.Lanes.GetValueOrDefault(lane))).ToArray();
        meter.Last = new(
            waiting?.ToDictionary(mode => ServerMeter.Word(mode.Key), mode => (double)mode.Value) ?? Nothing,
            states.ToDictionary(state => state.Name, state => state.Ready ? 1.0 : 0),
            [.. lanes.Select(lane => new CasesInLane(lane.Lane, lane.Found?.Count ?? 0, lane.Found?.WithinHour ?? 0, lane.Found?.WithinDay ?? 0))],
            lanes.ToDictionary(lane => ServerMeter.Word(lane.Lane), lane => lane.Found is { } found ? (now - found.OldestAt).TotalSeconds : 0),
            cases?.Appeals,
            audit is null ? null : audit.IsSound ? 1 : 0);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The server starts serving without waiting for its own numbers.
        await Task.Yield();
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                await Look(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogMessages.NotSampled(log, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static async Task<T?> Unless<T>(Func<Task<T>> ask)
        where T : class?
    {
        try
        {
            return await ask();
        }
        catch (DependencyUnavailableException)
        {
            // It is named among the dependencies; a number that is not known is left out.
            return null;
        }
    }
}
