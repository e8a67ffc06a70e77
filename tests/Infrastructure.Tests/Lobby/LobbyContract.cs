using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Infrastructure.Tests.Lobby;

/// <summary>What every lobby does. Runs with the default rules: patience 5 s, timeout 20 s, lease 10 s, rematch 30 min, floor 5 min.</summary>
public abstract partial class LobbyContract : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private protected FakeTimeProvider Time { get; private set; } = NewClock();

    private protected ILobby Lobby { get; private set; } = null!;

    /// <summary>An empty lobby.</summary>
    private protected abstract ValueTask<ILobby> Create(LobbyOptions options, TimeProvider time);

    public async ValueTask InitializeAsync() => Lobby = await Create(new LobbyOptions(), Time);

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return default;
    }

    private static FakeTimeProvider NewClock() => new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    /// <summary>A new visitor's ticket, asked now.</summary>
    private Ticket Someone(
        string? language = null, bool acceptAny = false, string[]? interests = null, ChatMode mode = ChatMode.Text,
        bool frequentSkipper = false, Guid[]? excluded = null, Dictionary<Guid, DateTimeOffset>? met = null) => new(
        Guid.CreateVersion7(), Guid.NewGuid(), Guid.NewGuid(), new MatchRequest(mode, language, interests ?? [], acceptAny),
        Time.GetUtcNow(), (excluded ?? []).ToHashSet(), met ?? [], frequentSkipper, TimedOut: false);

    /// <summary>Two whose match ended now, asking again.</summary>
    private (Ticket One, Ticket Other) FormerPartners(bool acceptAny = false)
    {
        var one = Someone(acceptAny: acceptAny);
        var other = Someone(acceptAny: acceptAny);
        return (one with { RecentlyMet = new Dictionary<Guid, DateTimeOffset> { [other.VisitorId] = Time.GetUtcNow() } },
            other with { RecentlyMet = new Dictionary<Guid, DateTimeOffset> { [one.VisitorId] = Time.GetUtcNow() } });
    }

    private async Task<JoinOutcome> Join(Ticket ticket) => await Lobby.Join(ticket, null, None);

    private async Task<Ticket> Waits(Ticket ticket) =>
        Assert.IsType<JoinOutcome.Waiting>(await Join(ticket)).Ticket;

    private async Task<Claim> Claims(Ticket ticket) =>
        Assert.IsType<JoinOutcome.Claimed>(await Join(ticket)).Claim;

    /// <summary>Joins, and is claimed together with the partner.</summary>
    private async Task<Claim> Meets(Ticket ticket, Ticket partner)
    {
        var claim = await Claims(ticket);
        AssertPair(claim, ticket, partner);
        return claim;
    }

    private async Task<LobbyTick> After(TimeSpan wait)
    {
        Time.Advance(wait);
        return await Lobby.Advance(None);
    }

    private static void AssertPair(Claim claim, Ticket one, Ticket other) => Assert.Equal(
        new HashSet<Guid> { one.VisitorId, other.VisitorId },
        [claim.First.VisitorId, claim.Second.VisitorId]);

    private static void AssertNothing(LobbyTick tick)
    {
        Assert.Empty(tick.Claims);
        Assert.Empty(tick.TimedOut);
        Assert.Empty(tick.Ended);
        Assert.Empty(tick.Expired);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
