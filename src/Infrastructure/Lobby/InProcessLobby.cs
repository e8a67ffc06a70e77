using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Infrastructure.Lobby;

/// <summary>
/// The lobby of a single node, in memory. Register one for the process. Every operation is one short critical section
/// of a few microseconds, whatever the number of those who wait. One lock serves both modes, because a visitor has one
/// ticket and may change its mode.
/// <para>
/// Joining again keeps the ticket's id and its moment of asking, and with it the place and what is left of the patience
/// for interests: who asks again does not become choosier than before. <c>match_timeout</c> is said a second time only
/// to someone who joined again after the first.
/// </para>
/// </summary>
/// <param name="options">Not to be changed afterwards.</param>
/// <param name="newId">Makes the ids of matches.</param>
public sealed class InProcessLobby(LobbyOptions options, TimeProvider time, Func<Guid> newId) : ILobby
{
    private static readonly LobbyTick NothingDue = new([], [], [], []);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Waiter> _visitors = [];
    private readonly Dictionary<Guid, Lease> _leases = [];
    private readonly DeadlineHeap _deadlines = new();
    private readonly WaitingRoom[] _rooms = [.. Enum.GetValues<ChatMode>().Select(_ => new WaitingRoom(options.Rules))];
    private readonly int[] _counts = new int[Enum.GetValues<ChatMode>().Length];

    /// <inheritdoc/>
    public ValueTask<JoinOutcome> Join(Ticket ticket, DateTimeOffset? parkedUntil, CancellationToken ct)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_visitors.TryGetValue(ticket.VisitorId, out var waiter))
            {
                waiter.ParkedUntil = parkedUntil;
                if (waiter.Lease is { } lease)
                {
                    waiter.LeftWhileClaimed = false;
                    return new(new JoinOutcome.Claimed(lease.Claim));
                }

                TakeOut(waiter);
                var old = waiter.Ticket;
                waiter.Ticket = ticket with
                {
                    TicketId = old.TicketId,
                    AskedAt = old.AskedAt,
                    TimedOut = old.TimedOut || ticket.TimedOut,
                };
                waiter.TimeoutAt ??= now + options.Timeout;
            }
            else
            {
                waiter = new Waiter(ticket)
                {
                    ParkedUntil = parkedUntil,
                    TimeoutAt = (ticket.TimedOut ? now : ticket.AskedAt) + options.Timeout,
                };
                _visitors.Add(ticket.VisitorId, waiter);
            }

            return new(Admit(waiter, now));
        }
    }

    /// <inheritdoc/>
    public ValueTask<Ticket?> Leave(Guid visitorId, CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_visitors.TryGetValue(visitorId, out var waiter))
            {
                return default;
            }

            if (waiter.Lease is not null)
            {
                waiter.LeftWhileClaimed = true;
                return default;
            }

            TakeOut(waiter);
            _visitors.Remove(visitorId);
            return new(waiter.Ticket);
        }
    }

    /// <inheritdoc/>
    public ValueTask Park(Guid visitorId, DateTimeOffset until, CancellationToken ct)
    {
        lock (_lock)
        {
            if (_visitors.TryGetValue(visitorId, out var waiter))
            {
                waiter.ParkedUntil = until;
                if (waiter.Lease is null)
                {
                    RoomOf(waiter).Remove(waiter);
                    Schedule(waiter);
                }
            }
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<JoinOutcome?> Unpark(Guid visitorId, CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_visitors.TryGetValue(visitorId, out var waiter))
            {
                return default;
            }

            waiter.ParkedUntil = null;
            if (waiter.Lease is { } lease)
            {
                return new(new JoinOutcome.Claimed(lease.Claim));
            }

            TakeOut(waiter);
            return new(Admit(waiter, time.GetUtcNow()));
        }
    }

    /// <inheritdoc/>
    public ValueTask<Ticket?> Find(Guid visitorId, CancellationToken ct)
    {
        lock (_lock)
        {
            return new(_visitors.TryGetValue(visitorId, out var waiter) && waiter.Lease is null ? waiter.Ticket : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask Exclude(Guid visitorId, IReadOnlySet<Guid> excluded, CancellationToken ct)
    {
        lock (_lock)
        {
            if (_visitors.TryGetValue(visitorId, out var waiter))
            {
                waiter.Ticket = waiter.Ticket with { Excluded = excluded };
            }
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<Guid>> Confirm(Guid matchId, CancellationToken ct)
    {
        lock (_lock)
        {
            if (TakeLease(matchId) is not { } lease)
            {
                return new([]);
            }

            Waiter[] both = [lease.One, lease.Other];
            foreach (var waiter in both)
            {
                _visitors.Remove(waiter.Ticket.VisitorId);
            }

            return new([.. both.Where(waiter => waiter.LeftWhileClaimed).Select(waiter => waiter.Ticket.VisitorId)]);
        }
    }

    /// <inheritdoc/>
    /// <remarks>
    /// They can be claimed by others from now on and look for somebody themselves, one another included, in the next
    /// <see cref="Advance"/>, so that a claim is never made that nobody hears of. Who left meanwhile stays out.
    /// </remarks>
    public ValueTask Return(Guid matchId, IReadOnlyCollection<Guid> exceptVisitors, CancellationToken ct)
    {
        lock (_lock)
        {
            if (TakeLease(matchId) is { } lease)
            {
                var now = time.GetUtcNow();
                PutBack(lease.One, exceptVisitors, now);
                PutBack(lease.Other, exceptVisitors, now);
            }
        }

        return default;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// A ticket may be in <c>TimedOut</c> and in one of <c>Claims</c>: it was told, and the last resort served at once.
    /// </remarks>
    public ValueTask<LobbyTick> Advance(CancellationToken ct)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (!_deadlines.TryTakeDue(now, out var deadline))
            {
                return new(NothingDue);
            }

            List<Claim> claims = [];
            List<Ticket> timedOut = [], ended = [];
            List<Lease> expired = [];
            do
            {
                switch (deadline)
                {
                    case Lease lease:
                        expired.Add(lease);
                        break;
                    case Waiter { ParkedUntil: not null } parked:
                        TakeOut(parked);
                        _visitors.Remove(parked.Ticket.VisitorId);
                        ended.Add(parked.Ticket);
                        break;
                    case Waiter waiter:
                        TryAgain(waiter, now, claims, timedOut);
                        break;
                }
            }
            while (_deadlines.TryTakeDue(now, out deadline));

            // After the loop, so that a lease of no length is reported once and not for ever.
            foreach (var lease in expired)
            {
                _deadlines.Set(lease, now + options.ClaimLease);
            }

            return new(new LobbyTick(claims, timedOut, ended, [.. expired.Select(lease => lease.Claim)]));
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyDictionary<ChatMode, int>> Count(CancellationToken ct)
    {
        lock (_lock)
        {
            return new(Enum.GetValues<ChatMode>().ToDictionary(mode => mode, mode => _counts[(int)mode]));
        }
    }

    private WaitingRoom RoomOf(Waiter waiter) => _rooms[(int)waiter.Ticket.Request.Mode];

    private void TryAgain(Waiter waiter, DateTimeOffset now, List<Claim> claims, List<Ticket> timedOut)
    {
        TakeOut(waiter);
        var outcome = Admit(waiter, now);
        if (outcome is JoinOutcome.Waiting && waiter.TimeoutAt <= now)
        {
            TakeOut(waiter);
            waiter.TimeoutAt = null;
            waiter.Ticket = waiter.Ticket with { TimedOut = true };
            timedOut.Add(waiter.Ticket);
            outcome = Admit(waiter, now);
        }

        if (outcome is JoinOutcome.Claimed claimed)
        {
            claims.Add(claimed.Claim);
        }
    }

    /// <summary>Pairs somebody who is not counted now, or lets it wait.</summary>
    private JoinOutcome Admit(Waiter waiter, DateTimeOffset now)
    {
        var partner = waiter.ParkedUntil is null ? RoomOf(waiter).Find(waiter, now) : null;
        if (partner is null)
        {
            Wait(waiter, now);
            return new JoinOutcome.Waiting(waiter.Ticket);
        }

        TakeOut(partner);
        var (first, second) = AskedEarlier(waiter, partner) ? (waiter, partner) : (partner, waiter);
        var claim = new Claim(newId(), first.Ticket, second.Ticket, now, now + options.ClaimLease);
        var lease = new Lease(claim, first, second);
        first.Lease = second.Lease = lease;
        _leases.Add(claim.MatchId, lease);
        _deadlines.Set(lease, claim.ExpiresAt);
        return new JoinOutcome.Claimed(claim);
    }

    private void Wait(Waiter waiter, DateTimeOffset now)
    {
        _counts[(int)waiter.Ticket.Request.Mode]++;
        if (waiter.ParkedUntil is null)
        {
            RoomOf(waiter).Add(waiter, now);
        }

        Schedule(waiter);
    }

    /// <summary>Ends the wait of somebody who is counted, parked or not.</summary>
    private void TakeOut(Waiter waiter)
    {
        _counts[(int)waiter.Ticket.Request.Mode]--;
        RoomOf(waiter).Remove(waiter);
        _deadlines.Remove(waiter);
    }

    private void PutBack(Waiter waiter, IReadOnlyCollection<Guid> exceptVisitors, DateTimeOffset now)
    {
        waiter.Lease = null;
        if (waiter.LeftWhileClaimed || exceptVisitors.Contains(waiter.Ticket.VisitorId))
        {
            _visitors.Remove(waiter.Ticket.VisitorId);
            return;
        }

        waiter.RetryAt = now;
        Wait(waiter, now);
    }

    private Lease? TakeLease(Guid matchId)
    {
        if (_leases.Remove(matchId, out var lease))
        {
            _deadlines.Remove(lease);
        }

        return lease;
    }

    /// <summary>Parked, only the end of the grace counts: nobody would hear of a timeout, and nobody is looked for.</summary>
    private void Schedule(Waiter waiter)
    {
        var dueAt = waiter.ParkedUntil ?? Earlier(
            Earlier(waiter.TimeoutAt, waiter.RetryAt),
            waiter.Filing == Filing.Insisting ? waiter.Ticket.AskedAt + options.Rules.InterestPatience : null);
        if (dueAt is { } moment)
        {
            _deadlines.Set(waiter, moment);
        }
        else
        {
            _deadlines.Remove(waiter);
        }
    }

    private static bool AskedEarlier(Waiter x, Waiter y) =>
        (x.Ticket.AskedAt, x.Ticket.TicketId).CompareTo((y.Ticket.AskedAt, y.Ticket.TicketId)) < 0;

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;
}
