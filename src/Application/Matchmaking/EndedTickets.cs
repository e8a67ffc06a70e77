using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Matchmaking;

/// <summary>
/// Records waits: as part of a match, or, where none came of it, on the visitor's own stream after the fact, never on
/// anybody's way to a match.
/// </summary>
public sealed class EndedTickets(CommandExecutor executor, ISealer sealer, TimeProvider clock, ILogger<EndedTickets> log)
{
    private readonly ConcurrentQueue<(Ticket Ticket, TicketEndReason Reason, DateTimeOffset At)> pending = new();

    public void Add(Ticket ticket, TicketEndReason reason) => pending.Enqueue((ticket, reason, clock.GetUtcNow()));

    /// <summary>A ticket as events hold it; what was written is sealed, or left out where the visitor has been forgotten.</summary>
    public async Task<TicketRecord> Record(Ticket ticket, DateTimeOffset now)
    {
        string? sealedWishes = null;
        if (TicketWishes.Of(ticket.Request) is { } wishes)
        {
            try
            {
                sealedWishes = await sealer.SealForVisitor(ticket.VisitorId, wishes.ToJson(), CancellationToken.None);
            }
            catch (Exception e) when (e is DependencyUnavailableException or KeyDestroyedException)
            {
                // A match is worth more than the record of what it was about.
            }
        }

        return new(
            ticket.TicketId, ticket.VisitorId, ticket.DeviceId, ticket.Request.Mode,
            ticket.Request.Language is { } language ? InterestPolicy.RecordedLanguage(language) : null, sealedWishes,
            ticket.Request.Interests.Count, ticket.Request.AcceptAny, ticket.FrequentSkipper, ticket.AskedAt,
            (long)Math.Max(0, (now - ticket.AskedAt).TotalMilliseconds));
    }

    /// <summary>Writes what is pending, until the log refuses; the rest is kept for the next time.</summary>
    public async Task Flush(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && pending.TryPeek(out var ended))
        {
            try
            {
                var command = new VisitorCommand.EndTicket(
                    ended.Ticket.VisitorId, await Record(ended.Ticket, ended.At), ended.Reason, ended.At);
                await executor.Execute(
                    Visitor.Decider, ended.Ticket.VisitorId, command, ended.Ticket.TicketId,
                    EventMetadata.Visitor(ended.Ticket.VisitorId), ct);
                pending.TryDequeue(out _);
            }
            catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
            {
                LogMessages.TicketNotWritten(log, e);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // One that cannot be written at all does not hold up the others.
                LogMessages.TicketLost(log, ended.Ticket.TicketId, e);
                pending.TryDequeue(out _);
            }
        }
    }
}
