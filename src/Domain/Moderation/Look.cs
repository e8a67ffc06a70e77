using System.Text.Json.Serialization;

namespace RandomChat.Domain.Moderation;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream look-{id}: what the staff read, beside evidence, whose looks stand with its case. The id follows from who
// looks at what. Their properties are the storage format: they are only ever added to.
// ---------------------------------------------------------------------------------------------------------------

/// <summary>Somebody of the staff read what was recorded.</summary>
public abstract record LookEvent
{
    private LookEvent()
    {
    }

    /// <summary>They read the history of a visitor, a chat, a case, an account or somebody of the staff.</summary>
    /// <param name="SubjectId">Whose history it is.</param>
    /// <param name="By">Who of the staff.</param>
    public sealed record HistoryViewed(Guid SubjectId, Guid By, DateTimeOffset At) : LookEvent;

    /// <summary>They searched the whole log.</summary>
    /// <param name="Type">The stored name of the events they asked for; null: all.</param>
    /// <param name="Actor">Whose doings they asked for, as metadata has it; null: everybody's.</param>
    /// <param name="CorrelationId">What the events they asked for belong to; null: anything.</param>
    /// <param name="From">Null: from the beginning.</param>
    /// <param name="Until">Null: to the end.</param>
    /// <param name="By">Who of the staff.</param>
    /// <param name="Subjects">
    /// Whose events they were shown of what belongs together: visitors, chats, cases, members of the staff. Null, and not written, where
    /// they asked for no correlation, and in events from before it was named.
    /// </param>
    public sealed record LogSearched(
        string? Type, string? Actor, Guid? CorrelationId, DateTimeOffset? From, DateTimeOffset? Until, Guid By, DateTimeOffset At,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? Subjects = null) : LookEvent
    {
        /// <inheritdoc cref="CaseEvent.Decided.Equals(CaseEvent.Decided?)"/>
        public bool Equals(LogSearched? other) => other is not null
            && (Type, Actor, CorrelationId, From, Until, By, At)
                == (other.Type, other.Actor, other.CorrelationId, other.From, other.Until, other.By, other.At)
            && (Subjects ?? []).SequenceEqual(other.Subjects ?? []);

        public override int GetHashCode() => HashCode.Combine(By, At);
    }

    /// <summary>They took the list of what the staff did along as a file.</summary>
    /// <param name="Format"><c>csv</c> or <c>ndjson</c>.</param>
    /// <param name="Who">Whose acts alone; null: everybody's.</param>
    /// <param name="What">Acts of which kind alone; null: all.</param>
    /// <param name="From">Null: from the beginning.</param>
    /// <param name="Until">Null: to the end.</param>
    /// <param name="By">Who of the staff.</param>
    public sealed record AuditExported(
        string Format, Guid? Who, string? What, DateTimeOffset? From, DateTimeOffset? Until, Guid By, DateTimeOffset At) : LookEvent;
}

// ---------------------------------------------------------------------------------------------------------------
// Commands and state.
// ---------------------------------------------------------------------------------------------------------------

/// <param name="Looked">What they read, as it is recorded.</param>
public sealed record LookCommand(LookEvent Looked);

/// <param name="Last">Null before anything was read.</param>
public sealed record LookState(LookEvent? Last);

/// <summary>The rules of which looks are recorded.</summary>
public static class Look
{
    /// <summary>Whoever reads the same again within this is not recorded again: reloading a page is no other look.</summary>
    public static readonly TimeSpan OnceIn = TimeSpan.FromMinutes(10);

    public static readonly Decider<LookCommand, LookEvent, LookState> Decider = new("look", new(null), Decide, (_, happened) => new(happened));

    private static Decision<LookEvent> Decide(LookCommand command, LookState state) => (command.Looked, state.Last) switch
    {
        (LookEvent.HistoryViewed now, LookEvent.HistoryViewed last) when now.At - last.At < OnceIn && now with { At = last.At } == last =>
            Decision<LookEvent>.AlreadySo,
        (LookEvent.LogSearched now, LookEvent.LogSearched last) when now.At - last.At < OnceIn && now with { At = last.At } == last =>
            Decision<LookEvent>.AlreadySo,
        var (looked, _) => looked,
    };
}
