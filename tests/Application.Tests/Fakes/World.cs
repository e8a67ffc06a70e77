using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Bots;
using RandomChat.Application.Events;
using RandomChat.Application.Limits;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Application.Screening;
using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Lobby;
using RandomChat.Infrastructure.Screening;

namespace RandomChat.Application.Tests.Fakes;

/// <summary>Everything between a call and the log, with a log that can fail and a clock that stands still.</summary>
public sealed class World
{
    /// <param name="log">The log of another world, which this one is another node of.</param>
    /// <param name="registry">Where there are several nodes.</param>
    /// <param name="classifiers">None, unless a test says so.</param>
    /// <param name="policy">That of the file, unless a test says so.</param>
    /// <param name="screeningLog">What the screening after delivery logs.</param>
    public World(FaultyEventStore? log = null, IMatchRegistry? registry = null, Classifiers? classifiers = null, ScreeningPolicy? policy = null,
        ILogger<LaterScreening>? screeningLog = null)
    {
        Log = log ?? new();
        Registry = registry ?? new OneNode();
        var lobbyOptions = new LobbyOptions();
        var matchOptions = Options.Create(new MatchOptions());
        Suspicion = new(Clock);
        Executor = new(Log, EventCodec.Default);
        Lobby = new InProcessLobby(lobbyOptions, Clock, Guid.NewGuid);
        Verdicts = new(Executor, NullLogger<Verdicts>.Instance);
        classifiers ??= new(null);
        policy ??= ScreeningPolicyFile.Read(null);
        ChatMeter = new(Meters);
        var meter = new ScreeningMeter(Meters);
        LaterScreening = new(
            classifiers, policy, Verdicts, Connections, meter, Clock, Options.Create(new ScreeningOptions()), matchOptions,
            screeningLog ?? NullLogger<LaterScreening>.Instance);
        Conversation = new(
            Log, EventCodec.Default, Sealer, Connections, Registry, new(new LocalTextScreen(), classifiers, policy, Suspicion, meter, NullLogger<MessageScreening>.Instance), Verdicts, LaterScreening,
            Clock, matchOptions, NullLogger<Conversation>.Instance);
        Matches = new(Executor, Conversation, Connections, Registry, Index, Suspicion, Verdicts, LaterScreening, ChatMeter, Clock, matchOptions, NullLogger<LiveMatches>.Instance);
        OwnMatches = new(Executor, Clock, matchOptions);
        EndedTickets = new(Executor, Sealer, Clock, NullLogger<EndedTickets>.Instance);
        var sender = new OnlyMatches(Matches, Registry);
        var gate = new BanGate(Bans, Bans, Bans, Executor, Sealer, Clock);
        var starter = new MatchStarter(
            Lobby, Matches, Executor, Connections, Registry, sender, new NoProfiles(),
            gate, EndedTickets, new(), ChatMeter, Clock, matchOptions, NullLogger<MatchStarter>.Instance);
        Restorer = new(
            Index, Matches, Conversation, Connections, Registry, Executor, Sealer, new NoProfiles(), NullLogger<MatchRestorer>.Instance);
        Departures = new(sender, Connections, Clock);
        Matchmaker = new(
            Lobby, Index, Matches, starter, Restorer, Departures, sender, Connections, Registry, new(Clock), EndedTickets, Clock,
            Options.Create(lobbyOptions), matchOptions, NullLogger<Matchmaker>.Instance);
        Sanctions = new(
            Executor, Sealer, Bans, Bans, new(gate, Matchmaker, Departures, new LocalExpulsions(Connections, Bans), Clock), Clock,
            NullLogger<Sanctions>.Instance);
    }

    public FakeTimeProvider Clock { get; } = new(new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public FaultyEventStore Log { get; }

    public Meters Meters { get; } = new();

    public ChatMeter ChatMeter { get; }

    public CommandExecutor Executor { get; }

    public ILobby Lobby { get; }

    public Connections Connections { get; } = new();

    public Index Index { get; } = new();

    public Bans Bans { get; } = new();

    public PlainSealer Sealer { get; } = new();

    public Suspicion Suspicion { get; }

    public Verdicts Verdicts { get; }

    public LaterScreening LaterScreening { get; }

    public Conversation Conversation { get; }

    public LiveMatches Matches { get; }

    public IMatchRegistry Registry { get; }

    public MatchRestorer Restorer { get; }

    public Departures Departures { get; }

    public OwnMatches OwnMatches { get; }

    public EndedTickets EndedTickets { get; }

    public Matchmaker Matchmaker { get; }

    public Sanctions Sanctions { get; }

    public Task<Outcome<JoinAnswer>> Join(Guid visitorId, ChatMode mode = ChatMode.Text)
    {
        Connections.Open(visitorId);
        return Matchmaker.Join(visitorId, visitorId, new(mode, null, [], false), null, CancellationToken.None);
    }

    /// <summary>Lets time pass and everything that it brings happen.</summary>
    public async Task Pass(TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(1))
        {
            Clock.Advance(left < TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1));
            await Task.Yield();
            await Matchmaker.Advance(CancellationToken.None);
            await Matches.Advance(CancellationToken.None);
        }
    }

    /// <summary>Waits for what goes on beside the test.</summary>
    public static async Task Until(Func<Task<bool>> happened)
    {
        var patience = System.Diagnostics.Stopwatch.StartNew();
        while (!await happened())
        {
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), "It did not happen within 30 seconds.");
            await Task.Delay(5);
        }
    }

    private sealed class NoProfiles : IPublicProfiles
    {
        public ValueTask<PublicProfile> Find(Guid visitorId, CancellationToken ct) => ValueTask.FromResult(PublicProfile.None);
    }
}

public sealed class Connections : ILocalConnections
{
    private readonly ConcurrentDictionary<Guid, ConcurrentQueue<IServerEvent>> pushed = [];
    private readonly ConcurrentDictionary<string, ConcurrentQueue<IServerEvent>> told = [];
    private readonly ConcurrentDictionary<Guid, bool> open = [];
    private readonly ConcurrentDictionary<Guid, bool> elsewhere = [];

    public int VisitorCount => open.Count;

    public void Open(Guid visitorId) => open[visitorId] = true;

    public void Close(Guid visitorId) => open.TryRemove(visitorId, out _);

    public void Close(Guid visitorId, DateTimeOffset since) => Close(visitorId);

    public void Close(Guid visitorId, IServerEvent last)
    {
        Push(visitorId, last);
        Close(visitorId);
    }

    public IEnumerable<Guid> Visitors => open.Keys;

    public IReadOnlyList<string> Of(Guid visitorId) => [];

    public IReadOnlyList<string> AddressesOf(Guid visitorId) => [];

    /// <summary>Opens a connection to another node.</summary>
    public void OpenElsewhere(Guid visitorId) => elsewhere[visitorId] = true;

    public IEnumerable<T> To<T>(Guid visitorId) => pushed.TryGetValue(visitorId, out var all) ? all.OfType<T>() : [];

    public void Push(Guid visitorId, IServerEvent happened, string? exceptConnection = null) =>
        pushed.GetOrAdd(visitorId, _ => new()).Enqueue(happened);

    /// <summary>What one connection alone was told.</summary>
    public IEnumerable<T> Told<T>(string connectionId) => told.TryGetValue(connectionId, out var all) ? all.OfType<T>() : [];

    public bool PushTo(string connectionId, IServerEvent happened)
    {
        told.GetOrAdd(connectionId, _ => new()).Enqueue(happened);
        return false;
    }

    public bool IsConnected(Guid visitorId) => open.ContainsKey(visitorId);

    public ValueTask<bool> IsConnectedAnywhere(Guid visitorId, CancellationToken ct) =>
        ValueTask.FromResult(IsConnected(visitorId) || elsewhere.ContainsKey(visitorId));

    public bool IsOpen(string connectionId) => false;

    public string? FirstOf(Guid visitorId) => null;

    public ValueTask Announce(Guid visitorId, CancellationToken ct) => default;

    public ValueTask Follow(Guid visitorId, Guid matchId, CancellationToken ct) => default;

    public void Unfollow(Guid visitorId)
    {
    }
}

public sealed class Index : IPairingIndex
{
    /// <summary>Happens whenever somebody's exclusions are asked for: in the middle of joining.</summary>
    public Action? Asked { get; set; }

    /// <summary>What asking waits for.</summary>
    public Task Waits { get; set; } = Task.CompletedTask;

    public Task CatchUp(CancellationToken ct) => Task.CompletedTask;

    public ValueTask<IReadOnlyList<Guid>> OpenMatches(CancellationToken ct) => ValueTask.FromResult<IReadOnlyList<Guid>>([]);

    public async ValueTask<IReadOnlySet<Guid>> ExcludedFor(Guid visitorId, Guid deviceId, CancellationToken ct)
    {
        Asked?.Invoke();
        await Waits;
        return new HashSet<Guid>();
    }

    public ValueTask<IReadOnlyDictionary<Guid, DateTimeOffset>> MetBy(Guid visitorId, Guid deviceId, DateTimeOffset since, CancellationToken ct) =>
        ValueTask.FromResult<IReadOnlyDictionary<Guid, DateTimeOffset>>(new Dictionary<Guid, DateTimeOffset>());

    public void NoteBlocked(Guid visitorId, Guid deviceId, Guid blockedVisitorId, Guid blockedDeviceId)
    {
    }

    public void NoteMet(Guid visitorId, Guid deviceId, Guid otherVisitorId, Guid otherDeviceId, DateTimeOffset endedAt)
    {
    }
}

/// <summary>Who was banned, as far as a test notes it.</summary>
public sealed class Bans : IBanIndex, IDeviceMarks, IAppealLinks
{
    private readonly ConcurrentDictionary<string, Guid> noted = [];

    public event Action<Guid>? Sanctioned;

    public bool HasUntoldWarning(Guid visitorId) => false;

    /// <summary>For whom a sanction is to come, and is due.</summary>
    public List<Guid> Escalated { get; } = [];

    /// <summary>Who was reported by enough.</summary>
    public List<PossibleEscalation> Reported { get; } = [];

    public bool IsEscalated(Guid visitorId) => Escalated.Contains(visitorId);

    public IReadOnlyList<Guid> EscalationsDue() => Escalated;

    public IReadOnlyList<PossibleEscalation> EscalationsPossible() => Reported;

    public IReadOnlyList<Guid> BannedAmong(Guid? visitorId, IReadOnlyList<string> deviceMarks) =>
        [.. deviceMarks.Append(visitorId?.ToString("D")).Where(who => who is not null && noted.ContainsKey(who)).Select(who => noted[who!]).Distinct()];

    public void NoteBanned(Guid visitorId, IReadOnlyList<string> deviceMarks)
    {
        foreach (var who in deviceMarks.Append(visitorId.ToString("D")))
        {
            noted[who] = visitorId;
        }

        Sanctioned?.Invoke(visitorId);
    }

    public AddressBan? AtAddress(string address) => null;

    public void MarkAddress(Guid sanctionId, string address, AddressBan ban)
    {
    }

    public string Of(Guid deviceId) => $"mark of {deviceId:D}";

    public IReadOnlyList<string> AllOf(Guid deviceId) => [Of(deviceId)];

    public string UrlFor(Guid visitorId, Guid sanctionId) => $"/appeal?token={sanctionId:D}";

    public (Guid VisitorId, Guid SanctionId)? Read(string? token) => null;
}

/// <summary>Seals nothing: what these tests are about is not secrecy.</summary>
public sealed class PlainSealer : ISealer
{
    private int cases;

    public string SealMessage(Guid matchId, Guid messageId, DateTimeOffset at, string body) => Seal(body);

    public ValueTask<string?> OpenMessage(Guid matchId, Guid messageId, string sealedBody, CancellationToken ct) => Open(sealedBody);

    public ConcurrentDictionary<Guid, DateTimeOffset> KeptUntil { get; } = [];

    public bool IsDown { get; set; }

    public ValueTask EnsureVisitorKey(Guid visitorId, DateTimeOffset keepUntil, CancellationToken ct)
    {
        if (IsDown)
        {
            throw new DependencyUnavailableException("key-store");
        }

        KeptUntil[visitorId] = keepUntil;
        return ValueTask.CompletedTask;
    }

    public ValueTask<string> SealForVisitor(Guid visitorId, string text, CancellationToken ct) => ValueTask.FromResult(Seal(text));

    public ValueTask<string?> OpenForVisitor(Guid visitorId, string sealedText, CancellationToken ct) => Open(sealedText);

    public ValueTask<bool> ForgetVisitor(Guid visitorId, CancellationToken ct) =>
        IsDown ? throw new DependencyUnavailableException("key-store") : ValueTask.FromResult(KeptUntil.TryRemove(visitorId, out _));

    public ValueTask<string> TakeCaseKey(CancellationToken ct) => ValueTask.FromResult($"c{Interlocked.Increment(ref cases)}");

    /// <summary>As if every text were its own key.</summary>
    public string CaseKeyOf(string sealedText) => sealedText;

    /// <summary>By case key, as far as anybody named one.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> CaseEnds { get; } = [];

    /// <summary>What happens before an answer about ends of case keys.</summary>
    public Func<Task> Answering { get; set; } = () => Task.CompletedTask;

    public async ValueTask<IReadOnlyList<string>> KeepCaseKeys(IReadOnlyList<KeyLife> lives, CancellationToken ct)
    {
        await Answering();
        return End(lives, (known, end) => known > end ? known : end);
    }

    public async ValueTask ShortenCaseKeys(IReadOnlyList<KeyLife> lives, CancellationToken ct)
    {
        await Answering();
        End(lives, (known, end) => known < end ? known : end);
    }

    private string[] End(IReadOnlyList<KeyLife> lives, Func<DateTimeOffset, DateTimeOffset, DateTimeOffset> between)
    {
        if (IsDown)
        {
            throw new DependencyUnavailableException("key-store");
        }

        foreach (var life in lives)
        {
            CaseEnds.AddOrUpdate(life.Id, life.DestroyAfter, (_, known) => between(known, life.DestroyAfter));
        }

        return [];
    }

    public ValueTask<string> SealForCase(string caseKey, Guid reportId, string text, CancellationToken ct) => ValueTask.FromResult(Seal(text));

    public ValueTask<string?> OpenForCase(Guid reportId, string sealedText, CancellationToken ct) => Open(sealedText);

    private static string Seal(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static ValueTask<string?> Open(string text) => ValueTask.FromResult<string?>(Encoding.UTF8.GetString(Convert.FromBase64String(text)));
}

/// <summary>The meters of one world alone, as one server's are its own.</summary>
public sealed class Meters : IMeterFactory
{
    private readonly ConcurrentBag<Meter> made = [];

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        made.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        foreach (var meter in made)
        {
            meter.Dispose();
        }
    }
}

public sealed class NoLimits : ILimits
{
    public ValueTask<LimitDecision> Take(string limit, string key, CancellationToken ct) => ValueTask.FromResult(LimitDecision.Yes);
}
