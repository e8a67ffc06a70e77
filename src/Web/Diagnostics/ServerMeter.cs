using System.Diagnostics.Metrics;
using RandomChat.Application.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Settings;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Diagnostics;

/// <summary>
/// How this server is, on the meter <see cref="Meter"/>; <c>docs/metrics.md</c> lists it. What has to be asked of an engine
/// is what <see cref="ServerSampler"/> saw last: a scrape waits for nothing.
/// </summary>
public sealed class ServerMeter
{
    public const string Meter = "RandomChat.Server";

    private static readonly ChatMode[] Modes = Enum.GetValues<ChatMode>();

    public ServerMeter(IMeterFactory meters, VisitorConnections connections, LiveMatches matches, IConfiguration configuration)
    {
        var folder = RandomChatSettings.DataDirectory(configuration);
        var meter = meters.Create(Meter);
        meter.CreateObservableGauge("randomchat.visitors", () => connections.VisitorCount, "{visitor}", "Visitors connected to this node.");
        meter.CreateObservableGauge("randomchat.connections", () => connections.Count, "{connection}", "Hub connections of visitors to this node.");
        meter.CreateObservableGauge("randomchat.matches.open", () => OpenMatches(matches), "{match}", "Matches that this node owns, by mode.");
        meter.CreateObservableGauge("randomchat.waiting", () => Sampled(sample => sample.Waiting, "mode"), "{visitor}", "Visitors who wait for a partner, by mode; the same on every node.");
        meter.CreateObservableGauge("randomchat.cases.open", () => Cases(), "{case}", "Open cases, by lane and by how long they wait; the same on every node.");
        meter.CreateObservableGauge("randomchat.cases.oldest", () => Sampled(sample => sample.OldestCases, "lane"), "s", "How long the case waits that waits longest, by lane; 0 where none does; the same on every node.");
        meter.CreateObservableGauge("randomchat.appeals.open", () => One(sample => sample.OpenAppeals), "{appeal}", "Appeals that nobody has decided; the same on every node.");
        meter.CreateObservableGauge("randomchat.dependency.up", () => Sampled(sample => sample.Dependencies, "dependency"), null, "1 where what this node depends on answers, 0 where it does not.");
        meter.CreateObservableGauge("randomchat.ledger.sound", () => One(sample => sample.Sound), null, "0 where the last audit of the log found a change, 1 where it found none; absent before the first.");
        meter.CreateObservableGauge("randomchat.thread_pool.threads", () => ThreadPool.ThreadCount, "{thread}", "Threads of the pool.");
        meter.CreateObservableGauge("randomchat.thread_pool.queue", () => ThreadPool.PendingWorkItemCount, "{item}", "Work that waits for a thread of the pool.");
        meter.CreateObservableGauge("randomchat.data.free", () => new DriveInfo(folder).AvailableFreeSpace, "By", "Room left where the data directory is.");
    }

    /// <summary>What was seen last; null before the first look.</summary>
    public ServerSample? Last { get; set; }

    private static IEnumerable<Measurement<int>> OpenMatches(LiveMatches matches)
    {
        var counts = matches.All.CountBy(match => match.Started.First.Mode).ToDictionary();
        return Modes.Select(mode => new Measurement<int>(counts.GetValueOrDefault(mode), new KeyValuePair<string, object?>("mode", Word(mode))));
    }

    private IEnumerable<Measurement<int>> Cases() => (Last?.Cases ?? []).SelectMany(lane => new[]
    {
        CasesOf(lane.Lane, "hour", lane.WithinHour),
        CasesOf(lane.Lane, "day", lane.WithinDay - lane.WithinHour),
        CasesOf(lane.Lane, "older", lane.All - lane.WithinDay),
    });

    private static Measurement<int> CasesOf(CaseLane lane, string age, int count) => new(count, new("lane", Word(lane)), new("age", age));

    private IEnumerable<Measurement<double>> Sampled(Func<ServerSample, IReadOnlyDictionary<string, double>> part, string label) =>
        Last is { } last ? part(last).Select(one => new Measurement<double>(one.Value, new KeyValuePair<string, object?>(label, one.Key))) : [];

    private IEnumerable<Measurement<int>> One(Func<ServerSample, int?> part) => Last is { } last && part(last) is { } value ? [new(value)] : [];

    internal static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}

/// <summary>What was seen at a moment of what has to be asked for. What did not answer is left out.</summary>
/// <param name="Waiting">Visitors, by mode.</param>
/// <param name="Dependencies">1 or 0, by name.</param>
/// <param name="OldestCases">Seconds, by lane.</param>
/// <param name="Sound">0 or 1; null where the log was never audited.</param>
public sealed record ServerSample(
    IReadOnlyDictionary<string, double> Waiting, IReadOnlyDictionary<string, double> Dependencies, IReadOnlyList<CasesInLane> Cases,
    IReadOnlyDictionary<string, double> OldestCases, int? OpenAppeals, int? Sound);

/// <param name="WithinDay">Those of the hour among them.</param>
public sealed record CasesInLane(CaseLane Lane, int All, int WithinHour, int WithinDay);
