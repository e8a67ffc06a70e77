using RandomChat.Domain.Matchmaking;

namespace RandomChat.Projections.Matchmaking;

/// <summary>How the waits of a replay, or of the record, came out. Waits are those that ended in a match.</summary>
/// <param name="LeftWaiting">Waits that ended without a match.</param>
/// <param name="WithSharedInterests">Matches of two who share an interest.</param>
/// <param name="SharedInterests">On average over all matches.</param>
internal sealed record PairingOutcome(
    int Waits, int Matches, int LeftWaiting, double MedianWaitSeconds, double Percentile95WaitSeconds, int WithSharedInterests, double SharedInterests)
{
    public static PairingOutcome Of(int waits, List<TimeSpan> waited, IReadOnlyList<int> shared)
    {
        waited.Sort();
        return new(
            waits, shared.Count, waits - waited.Count, At(0.5), At(0.95), shared.Count(count => count > 0),
            shared.Count == 0 ? 0 : Math.Round(shared.Average(), 3));

        double At(double share) =>
            waited.Count == 0 ? 0 : Math.Round(waited[Math.Min(waited.Count - 1, (int)(waited.Count * share))].TotalSeconds, 3);
    }
}

/// <summary>
/// Lets recorded waits meet under other rules, in virtual time. Everybody asks when they asked. Who left in vain leaves
/// when they left; who was matched would have waited for as long as the timeout at least; who asks again has given up an
/// earlier wait. A match lasts as long as the shorter of the two that its visitors had in truth.
/// </summary>
internal sealed class PairingReplay(RecordedTickets recorded, PairingRules rules, TimeSpan timeout)
{
    private enum Moment
    {
        Leave,
        PatienceOver,
        TimedOut,
        LookAgain,
    }

    private readonly PriorityQueue<(Guid Ticket, Moment What), (DateTimeOffset At, int Order)> moments = new();
    private readonly Dictionary<Guid, Waiter> waiting = [];
    private readonly Dictionary<Guid, Guid> ticketOf = [];
    private readonly Dictionary<Guid, HashSet<Guid>> blocked = [];
    private readonly Dictionary<Guid, Dictionary<Guid, DateTimeOffset>> met = [];
    private readonly List<TimeSpan> waits = [];
    private readonly List<int> shared = [];
    private int order;

    public PairingOutcome Run()
    {
        var blocks = new Queue<RecordedBlock>(recorded.Blocks.OrderBy(block => block.At));
        foreach (var ticket in recorded.Tickets)
        {
            while (moments.TryPeek(out _, out var next) && next.At <= ticket.AskedAt)
            {
                Next();
            }

            while (blocks.TryPeek(out var block) && block.At <= ticket.AskedAt)
            {
                Block(blocks.Dequeue());
            }

            Arrive(ticket);
        }

        while (moments.Count > 0)
        {
            Next();
        }

        return PairingOutcome.Of(recorded.Tickets.Count, waits, shared);
    }

    private void Arrive(RecordedTicket recordedTicket)
    {
        if (ticketOf.TryGetValue(recordedTicket.VisitorId, out var earlier))
        {
            Remove(earlier);
        }

        var asked = recordedTicket.AskedAt;
        var ticket = new Ticket(
            recordedTicket.TicketId, recordedTicket.VisitorId, recordedTicket.DeviceId, recordedTicket.Request, asked,
            ExcludedFor(recordedTicket), MetBy(recordedTicket, asked), recordedTicket.FrequentSkipper, TimedOut: false);
        waiting[ticket.TicketId] = new(ticket, recordedTicket.Lasted);
        ticketOf[ticket.VisitorId] = ticket.TicketId;
        var leaves = recordedTicket.Matched && recordedTicket.Waited < timeout ? timeout : recordedTicket.Waited;
        Plan(ticket.TicketId, Moment.Leave, asked + leaves);
        if (ticket.Request.Interests.Count > 0 && rules.InterestPatience < leaves)
        {
            Plan(ticket.TicketId, Moment.PatienceOver, asked + rules.InterestPatience);
        }

        if (timeout < leaves)
        {
            Plan(ticket.TicketId, Moment.TimedOut, asked + timeout);
        }

        Look(ticket, asked);
    }

    private void Next()
    {
        moments.TryDequeue(out var moment, out var when);
        if (!waiting.TryGetValue(moment.Ticket, out var waiter))
        {
            return;
        }

        switch (moment.What)
        {
            case Moment.Leave:
                Remove(moment.Ticket);
                break;

            case Moment.TimedOut:
                waiter.Ticket = waiter.Ticket with { TimedOut = true };
                Look(waiter.Ticket, when.At);
                break;

            default:
                Look(waiter.Ticket, when.At);
                break;
        }
    }

    private void Look(Ticket seeker, DateTimeOffset now)
    {
        Ticket? best = null, again = null;
        DateTimeOffset? freeAt = null;
        foreach (var candidate in waiting.Values.Select(waiter => waiter.Ticket))
        {
            if (PairingPolicy.MayMeet(seeker, candidate, now, rules))
            {
                best = best is null || PairingPolicy.Compare(seeker, candidate, best) < 0 ? candidate : best;
            }
            else if (PairingPolicy.MayMeetAgain(seeker, candidate, now, rules))
            {
                again = again is null || PairingPolicy.CompareWaiting(candidate, again) < 0 ? candidate : again;
            }
            else if (PairingPolicy.PartedUntil(seeker, candidate, now, rules.RematchWindow) is { } free && (freeAt is null || free < freeAt))
            {
                freeAt = free;
            }
        }

        if ((best ?? again) is { } partner)
        {
            Pair(seeker, partner, now);
        }
        else if (freeAt is { } at)
        {
            Plan(seeker.TicketId, Moment.LookAgain, at);
        }
    }

    private void Pair(Ticket a, Ticket b, DateTimeOffset now)
    {
        waits.Add(now - a.AskedAt);
        waits.Add(now - b.AskedAt);
        shared.Add(PairingPolicy.SharedInterests(a.Request, b.Request));
        var (x, y) = (waiting[a.TicketId].Lasted, waiting[b.TicketId].Lasted);
        Meet(a, b, now + (x < y ? x : y));
        Remove(a.TicketId);
        Remove(b.TicketId);
    }

    private void Meet(Ticket a, Ticket b, DateTimeOffset ended)
    {
        foreach (var (one, other) in Sides(a.VisitorId, a.DeviceId, b.VisitorId, b.DeviceId))
        {
            Entry(met, one)[other] = ended;
        }
    }

    private void Block(RecordedBlock block)
    {
        foreach (var (one, other) in Sides(block.VisitorId, block.DeviceId, block.OtherVisitorId, block.OtherDeviceId))
        {
            Entry(blocked, one).Add(other);
        }
    }

    private HashSet<Guid> ExcludedFor(RecordedTicket ticket) =>
        [.. blocked.GetValueOrDefault(ticket.VisitorId) ?? [], .. blocked.GetValueOrDefault(ticket.DeviceId) ?? []];

    private Dictionary<Guid, DateTimeOffset> MetBy(RecordedTicket ticket, DateTimeOffset now)
    {
        var recent = new Dictionary<Guid, DateTimeOffset>();
        foreach (var id in (Guid[])[ticket.VisitorId, ticket.DeviceId])
        {
            if (met.GetValueOrDefault(id) is { } others)
            {
                foreach (var (other, ended) in others)
                {
                    if (now - ended >= rules.RematchWindow)
                    {
                        others.Remove(other);
                    }
                    else if (!recent.TryGetValue(other, out var known) || known < ended)
                    {
                        recent[other] = ended;
                    }
                }
            }
        }

        return recent;
    }

    private void Remove(Guid ticketId)
    {
        if (waiting.Remove(ticketId, out var waiter) && ticketOf.GetValueOrDefault(waiter.Ticket.VisitorId) == ticketId)
        {
            ticketOf.Remove(waiter.Ticket.VisitorId);
        }
    }

    private void Plan(Guid ticketId, Moment what, DateTimeOffset at) => moments.Enqueue((ticketId, what), (at, order++));

    private static IEnumerable<(Guid One, Guid Other)> Sides(Guid visitor, Guid device, Guid otherVisitor, Guid otherDevice) =>
    [
        (visitor, otherVisitor), (visitor, otherDevice), (device, otherVisitor), (device, otherDevice),
        (otherVisitor, visitor), (otherVisitor, device), (otherDevice, visitor), (otherDevice, device),
    ];

    private static T Entry<T>(Dictionary<Guid, T> entries, Guid id)
        where T : new()
    {
        if (!entries.TryGetValue(id, out var entry))
        {
            entries.Add(id, entry = new());
        }

        return entry;
    }

    private sealed class Waiter(Ticket ticket, TimeSpan lasted)
    {
        public Ticket Ticket { get; set; } = ticket;

        public TimeSpan Lasted => lasted;
    }
}
