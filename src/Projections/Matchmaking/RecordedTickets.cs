using RandomChat.Application.Events;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Visitors;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Matchmaking;

/// <summary>A wait as it was recorded.</summary>
/// <param name="Waited">Until the match or the end.</param>
/// <param name="Matched">Whether a match came of it.</param>
internal sealed record RecordedTicket(
    Guid TicketId, Guid VisitorId, Guid DeviceId, MatchRequest Request, bool FrequentSkipper, DateTimeOffset AskedAt, TimeSpan Waited, bool Matched)
{
    /// <summary>How long the match lasted that came of it.</summary>
    public TimeSpan Lasted { get; set; }
}

/// <summary>From this moment on these two never meet.</summary>
internal sealed record RecordedBlock(DateTimeOffset At, Guid VisitorId, Guid DeviceId, Guid OtherVisitorId, Guid OtherDeviceId);

/// <summary>Every wait that the log holds, by when it began, with what was wished for where its key still exists.</summary>
/// <param name="Sealed">Waits whose wishes cannot be opened any more, or not here: replayed as if none had been given.</param>
/// <param name="SharedInterests">For each recorded match how many interests both gave.</param>
internal sealed record RecordedTickets(
    IReadOnlyList<RecordedTicket> Tickets, IReadOnlyList<RecordedBlock> Blocks, int Sealed, IReadOnlyList<int> SharedInterests)
{
    /// <param name="sealer">Null where there are no keys here.</param>
    public static async Task<RecordedTickets> Read(
        LogSource log, EventCodec codec, ISealer? sealer, LogPosition? end, Action<LogPosition> passed, CancellationToken ct)
    {
        var tickets = new List<RecordedTicket>();
        var blocks = new List<RecordedBlock>();
        var shared = new List<int>();
        var open = new Dictionary<Guid, (RecordedTicket First, RecordedTicket Second)>();
        var closed = 0;
        await foreach (var recorded in log.LastingUntil(end, ct))
        {
            switch (codec.Decode(recorded))
            {
                case MatchEvent.Started match:
                    open[match.MatchId] = (await Add(match.First, matched: true), await Add(match.Second, matched: true));
                    shared.Add(match.SharedInterests);
                    break;

                case MatchEvent.Ended match when open.Remove(match.MatchId, out var pair):
                    pair.First.Lasted = pair.Second.Lasted = TimeSpan.FromMilliseconds(match.DurationMilliseconds);
                    break;

                case VisitorEvent.TicketEnded ended:
                    await Add(ended.Ticket, matched: false);
                    break;

                case VisitorEvent.Blocked block:
                    blocks.Add(new(block.At, block.VisitorId, block.DeviceId, block.BlockedVisitorId, block.BlockedDeviceId));
                    break;
            }

            passed(recorded.Position);
        }

        return new([.. tickets.OrderBy(ticket => ticket.AskedAt).ThenBy(ticket => ticket.TicketId)], blocks, closed, shared);

        async Task<RecordedTicket> Add(TicketRecord record, bool matched)
        {
            TicketWishes? wishes = null;
            if (record.Wishes is { } sealedWishes)
            {
                wishes = sealer is not null && await sealer.OpenForVisitor(record.VisitorId, sealedWishes, ct) is { } text ? TicketWishes.Parse(text) : null;
                closed += wishes is null ? 1 : 0;
            }

            var ticket = new RecordedTicket(
                record.TicketId, record.VisitorId, record.DeviceId,
                new(record.Mode, wishes?.Language ?? record.Language, wishes?.Interests ?? [], record.AcceptAny),
                record.FrequentSkipper, record.AskedAt, TimeSpan.FromMilliseconds(record.WaitedMilliseconds), matched);
            tickets.Add(ticket);
            return ticket;
        }
    }
}
