using Microsoft.EntityFrameworkCore;
using RandomChat.Domain.Matches;

namespace RandomChat.Projections.Engine;

/// <summary>
/// A read model that follows from the event log alone: a name, its tables and what each event changes in them. Its
/// tables need no migrations: when they or the rules change, raise <see cref="Version"/>, and it is built anew beside
/// the live one.
/// </summary>
public abstract class Projection
{
    private protected Projection()
    {
    }

    /// <summary>Lower-case letters and underscores; names its files and schemas.</summary>
    public abstract string Name { get; }

    /// <summary>Raised with every change of the tables or of what events do to them.</summary>
    public abstract int Version { get; }

    internal abstract bool Handles(Type eventType);

    /// <summary>Changes what the event changes; nothing is saved yet.</summary>
    internal abstract void Apply(ReadDb db, ProjectedEvent happened);

    internal abstract DbContextOptionsBuilder NewOptions();

    internal abstract ReadDb Open(DbContextOptions options);
}

/// <param name="open">Makes the context; one for each batch of events.</param>
public abstract class Projection<TDb>(Func<DbContextOptions, TDb> open) : Projection
    where TDb : ReadDb
{
    private readonly Dictionary<Type, Action<TDb, ProjectedEvent>> handlers = [];

    /// <summary>
    /// What an event changes. It may only depend on the event and on this projection's own tables: no clock, no chance,
    /// no other store, or a rebuild would end elsewhere.
    /// </summary>
    /// <exception cref="ArgumentException">Events of messages expire, so nothing is computed from them.</exception>
    protected void On<TEvent>(Action<TDb, TEvent, ProjectedEvent> apply)
        where TEvent : class
    {
        if (typeof(TEvent).IsAssignableTo(typeof(MessageEvent)))
        {
            throw new ArgumentException($"{typeof(TEvent).Name} is an event of a stream that expires: a rebuild would not find it again.");
        }

        handlers.Add(typeof(TEvent), (db, happened) => apply(db, (TEvent)happened.Event, happened));
    }

    internal sealed override bool Handles(Type eventType) => handlers.ContainsKey(eventType);

    internal sealed override void Apply(ReadDb db, ProjectedEvent happened)
    {
        if (handlers.TryGetValue(happened.Event.GetType(), out var apply))
        {
            apply((TDb)db, happened);
        }
    }

    internal sealed override DbContextOptionsBuilder NewOptions() => new DbContextOptionsBuilder<TDb>();

    internal sealed override ReadDb Open(DbContextOptions options) => open(options);
}
