namespace RandomChat.Domain;

/// <summary>The rules of one kind of stream: what a command may do, and what an event means.</summary>
/// <param name="Category">The part of the stream's name before its id, e.g. <c>match</c>.</param>
/// <param name="Initial">The state before any event.</param>
/// <param name="Decide">Accepts or refuses a command in a state; no clock, no randomness, no effect.</param>
/// <param name="Evolve">The state after an event.</param>
public sealed record Decider<TCommand, TEvent, TState>(
    string Category,
    TState Initial,
    Func<TCommand, TState, Decision<TEvent>> Decide,
    Func<TState, TEvent, TState> Evolve)
{
    /// <summary>The state after all of <paramref name="events"/>, in their order.</summary>
    public TState Fold(IEnumerable<TEvent> events) => events.Aggregate(Initial, Evolve);
}

/// <summary>What a decider answers. An empty list of events means "already so".</summary>
public abstract record Decision<TEvent>
{
    private Decision()
    {
    }

    /// <summary>The command is allowed; these events say what happened.</summary>
    public sealed record Accepted(IReadOnlyList<TEvent> Events) : Decision<TEvent>;

    /// <summary>The command is refused; nothing happened.</summary>
    public sealed record Rejected(Rejection Reason) : Decision<TEvent>;

    public static implicit operator Decision<TEvent>(TEvent happened) => new Accepted([happened]);

    public static implicit operator Decision<TEvent>(Rejection reason) => new Rejected(reason);

    /// <summary>Nothing needs to happen: what the command asks for is so already.</summary>
    public static Decision<TEvent> AlreadySo { get; } = new Accepted([]);
}

/// <summary>Why a command was refused: a stable code such as <c>match.not-live</c>, and a sentence for people.</summary>
public sealed record Rejection(string Code, string Message);
