using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Matchmaking;

/// <summary>
/// Records waits: as part of a match, or, where none came of it, on the visitor's own stream after the fact, never on
/// anybody's way to a match.
/// </summary>
public sealed class EndedTickets
{
    private readonly CommandExecutor executor;
    private readonly ISealer sealer;
    private readonly TimeProvider clock;
    private readonly PendingWrites<EndedTicket> pending;

    public EndedTickets(CommandExecutor executor, ISealer sealer, TimeProvider clock, ILogger<EndedTickets> log)
    {
        (this.executor, this.sealer, this.clock) = (executor, sealer, clock);
        pending = new(Write, ended => $"the end of wait {ended.Ticket.TicketId:D}", log);
    }

    public void Add(Ticket ticket, TicketEndReason reason) => pending.Add(new(ticket, reason, clock.GetUtcNow()));

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

    /// <inheritdoc cref="PendingWrites{T}.Flush"/>
    public Task Flush(CancellationToken ct) => pending.Flush(ct);

    private async Task<Rejection?> Write(EndedTicket ended, CancellationToken ct)
    {
        var (ticket, reason, at) = ended;
        var command = new VisitorCommand.EndTicket(ticket.VisitorId, await Record(ticket, at), reason, at);
        return await executor.Execute(
            Visitor.Decider, ticket.VisitorId, command, ticket.TicketId, EventMetadata.Visitor(ticket.VisitorId), ct)
            is Executed<VisitorEvent, VisitorState>.Refused { Reason: var refused } ? refused : null;
    }

    private sealed record EndedTicket(Ticket Ticket, TicketEndReason Reason, DateTimeOffset At);
}
