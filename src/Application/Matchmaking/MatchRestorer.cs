using System.Text.Json;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>Brings back, at start, the matches that were live when the server stopped.</summary>
public sealed class MatchRestorer(
    IPairingIndex index, LiveMatches matches, CommandExecutor executor, ISealer sealer, IDisplayNames names, ILogger<MatchRestorer> log)
{
    public async Task Restore(CancellationToken ct)
    {
        await index.CatchUp(ct);
        var restored = 0;
        foreach (var matchId in await index.OpenMatches(ct))
        {
            try
            {
                if (await executor.Load(Domain.Matches.Match.Decider, matchId, ct) is MatchState.Live { Start: var start })
                {
                    matches.Restore(new(start, await Seat(start.First, ct), await Seat(start.Second, ct)));
                    restored++;
                }
            }
            catch (Exception e) when (e is UnreadableEventException or JsonException)
            {
                LogMessages.MatchNotRestored(log, matchId, e);
            }
        }

        LogMessages.MatchesRestored(log, restored);
    }

    /// <summary>The request that a stored ticket was made with; without interests where the visitor has been forgotten.</summary>
    public async Task<MatchRequest> RequestOf(TicketRecord ticket, CancellationToken ct)
    {
        var wishes = ticket.Wishes is { } text && await sealer.OpenForVisitor(ticket.VisitorId, text, ct) is { } json
            ? TicketWishes.Parse(json)
            : null;
        return new(ticket.Mode, wishes?.Language ?? ticket.Language, wishes?.Interests ?? [], ticket.AcceptAny);
    }

    private async Task<Participant> Seat(TicketRecord ticket, CancellationToken ct) =>
        new(ticket.VisitorId, ticket.DeviceId, await RequestOf(ticket, ct), await names.Find(ticket.VisitorId, ct));
}
