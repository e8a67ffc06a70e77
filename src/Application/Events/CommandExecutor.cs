using System.Globalization;
using RandomChat.Domain;

namespace RandomChat.Application.Events;

/// <summary>The way of a command: load, fold, decide, append at the revision that was read.</summary>
public sealed class CommandExecutor(IEventStore store, EventCodec codec)
{
    private const int Attempts = 4;

    /// <param name="commandId">Event ids derive from it, so that a retry of the same command writes nothing twice.</param>
    /// <param name="actor">Who does it, see <see cref="EventMetadata"/>.</param>
    /// <param name="known">
    /// What the caller knows of the stream, so that only what came after is read; nothing of it may have come of this very
    /// command. Null: nothing.
    /// </param>
    /// <param name="cause">What led to it, where that is more than the command itself; null: nothing else.</param>
    /// <param name="isNew">Whether the stream begins with this command, as far as the caller knows: it is read only where that was wrong.</param>
    /// <exception cref="DependencyUnavailableException">Nothing was recorded.</exception>
    public async Task<Executed<TEvent, TState>> Execute<TCommand, TEvent, TState>(
        Decider<TCommand, TEvent, TState> decider, Guid id, TCommand command, Guid commandId, string actor, CancellationToken ct,
        KnownStream<TState>? known = null, EventCause? cause = null, bool isNew = false)
        where TEvent : class
    {
        var stream = StreamName.For(decider.Category, id);
        var metadata = new EventMetadata(cause?.CorrelationId ?? commandId, cause?.CausationId ?? commandId, actor);
        for (var attempt = 1; ; attempt++)
        {
            var (state, revision, written) = isNew && attempt == 1
                ? (decider.Initial, ExpectedRevision.NoStream.Value, null)
                : await Load(decider, stream, commandId, known, ct);
            if (written is not null)
            {
                return new Executed<TEvent, TState>.Done(state, [], written, revision);
            }

            switch (decider.Decide(command, state))
            {
                case Decision<TEvent>.Rejected { Reason: var reason }:
                    return new Executed<TEvent, TState>.Refused(reason, state);

                case Decision<TEvent>.Accepted { Events: [] }:
                    return new Executed<TEvent, TState>.Done(state, [], null, revision);

                case Decision<TEvent>.Accepted { Events: var events }:
                    var encoded = new NewEvent[events.Count];
                    for (var i = 0; i < encoded.Length; i++)
                    {
                        encoded[i] = codec.Encode(EventId(commandId, i), events[i], metadata);
                    }

                    try
                    {
                        if (await store.Append(stream, new(revision), encoded, ct) is AppendResult.Appended appended)
                        {
                            return new Executed<TEvent, TState>.Done(
                                events.Aggregate(state, decider.Evolve), events, appended.Position, appended.Revision);
                        }
                    }
                    catch (AppendOutcomeUnknownException) when (attempt < Attempts)
                    {
                        // The next round reads the stream and finds out.
                    }

                    break;
            }

            if (attempt == Attempts)
            {
                throw new DependencyUnavailableException("event-log");
            }
        }
    }

    /// <summary>The state of a stream, folded from its beginning.</summary>
    public async Task<TState> Load<TCommand, TEvent, TState>(Decider<TCommand, TEvent, TState> decider, Guid id, CancellationToken ct)
        where TEvent : class =>
        (await Load(decider, StreamName.For(decider.Category, id), Guid.Empty, null, ct)).State;

    private async Task<(TState State, long Revision, LogPosition? Written)> Load<TCommand, TEvent, TState>(
        Decider<TCommand, TEvent, TState> decider, StreamName stream, Guid commandId, KnownStream<TState>? known, CancellationToken ct)
        where TEvent : class
    {
        var (state, revision) = known ?? new(decider.Initial, ExpectedRevision.NoStream.Value);
        var first = EventId(commandId, 0);
        LogPosition? written = null;
        await foreach (var recorded in store.Read(stream, known is null ? 0 : revision + 1, ct))
        {
            state = decider.Evolve(state, (TEvent)codec.Decode(recorded));
            revision = recorded.Revision;
            if (recorded.Id == first)
            {
                written = recorded.Position;
            }
        }

        return (state, revision, written);
    }

    /// <summary>The id of the first event that comes of a command.</summary>
    internal static Guid FirstEventOf(Guid commandId) => EventId(commandId, 0);

    private static Guid EventId(Guid commandId, int index) =>
        DerivedId.From("event", commandId, index.ToString(CultureInfo.InvariantCulture));
}

/// <summary>What a command comes of.</summary>
/// <param name="CorrelationId">The same for everything that belongs together.</param>
/// <param name="CausationId">The command or event that led to it.</param>
public readonly record struct EventCause(Guid CorrelationId, Guid CausationId)
{
    /// <summary>Part of what a command does, beside the stream that it is about.</summary>
    public static EventCause PartOf(Guid commandId) => new(commandId, commandId);

    /// <summary>It follows from the first event of a command.</summary>
    public static EventCause After(Guid commandId) => new(commandId, CommandExecutor.FirstEventOf(commandId));
}

/// <summary>A stream up to a revision, folded.</summary>
public sealed record KnownStream<TState>(TState State, long Revision);

/// <summary>How a command ended.</summary>
public abstract record Executed<TEvent, TState>
{
    private Executed()
    {
    }

    /// <param name="State">After the command.</param>
    /// <param name="Events">What was appended; empty where it was so already.</param>
    /// <param name="Position">Of the last event appended; null where nothing was.</param>
    /// <param name="Revision">Of the stream, as <paramref name="State"/> is.</param>
    public sealed record Done(TState State, IReadOnlyList<TEvent> Events, LogPosition? Position, long Revision) : Executed<TEvent, TState>;

    /// <param name="State">In which it was refused.</param>
    public sealed record Refused(Rejection Reason, TState State) : Executed<TEvent, TState>;
}
