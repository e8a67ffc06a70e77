using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Records who of the staff read what, before they are shown it.</summary>
public sealed class LookBook(CommandExecutor executor, TimeProvider clock)
{
    /// <summary>Somebody reads a history.</summary>
    /// <param name="by">Who of the staff.</param>
    /// <exception cref="DependencyUnavailableException">It was not recorded: nothing may be shown.</exception>
    public Task HistoryViewed(Guid subjectId, Guid by, CancellationToken ct) =>
        Note(DerivedId.From("look", subjectId, by, "history"), new LookEvent.HistoryViewed(subjectId, by, clock.GetUtcNow()), by, ct);

    /// <summary>Somebody searches the whole log.</summary>
    /// <param name="correlationId">What the events belong to; null: anything.</param>
    /// <param name="subjects">Whom those events touch; null where any would do.</param>
    /// <inheritdoc cref="HistoryViewed"/>
    public Task LogSearched(
        string? type, string? actor, Guid? correlationId, DateTimeOffset? from, DateTimeOffset? until, IReadOnlyList<Guid>? subjects, Guid by,
        CancellationToken ct) => Note(
        DerivedId.From("look", by, "log"), new LookEvent.LogSearched(type, actor, correlationId, from, until, by, clock.GetUtcNow(), subjects), by, ct);

    /// <summary>Somebody takes the list of what the staff did along.</summary>
    /// <inheritdoc cref="HistoryViewed"/>
    public Task AuditExported(
        string format, Guid? who, string? what, DateTimeOffset? from, DateTimeOffset? until, Guid by, CancellationToken ct) => Note(
        DerivedId.From("look", by, "audit"), new LookEvent.AuditExported(format, who, what, from, until, by, clock.GetUtcNow()), by, ct);

    private async Task Note(Guid lookId, LookEvent looked, Guid by, CancellationToken ct) =>
        await executor.Execute(Look.Decider, lookId, new LookCommand(looked), Guid.NewGuid(), EventMetadata.Staff(by), ct);
}
