namespace RandomChat.Application.Realtime;

/// <summary>
/// The open hub connections of visitors, on all nodes. Pushing never waits: a connection that cannot take more is
/// dropped. A connection's id names its node.
/// </summary>
public interface IVisitorConnections
{
    /// <summary>Sends to every connection of a visitor but one, whichever node it is on.</summary>
    void Push(Guid visitorId, IServerEvent happened, string? exceptConnection = null);

    /// <summary>Sends to one connection; false where it is gone.</summary>
    bool PushTo(string connectionId, IServerEvent happened);

    /// <summary>Whether the visitor is connected to this node, or to another one where <see cref="Follow"/> says so.</summary>
    bool IsConnected(Guid visitorId);

    /// <summary>
    /// Whether the visitor is connected to any node. Whoever is told false by a node is seen by it when they come: a node says
    /// where a visitor is (<see cref="Announce"/>) before it acts on that. Never fails: what cannot be asked is taken from memory.
    /// </summary>
    ValueTask<bool> IsConnectedAnywhere(Guid visitorId, CancellationToken ct);

    bool IsOpen(string connectionId);

    /// <summary>The visitor's oldest open connection, or null.</summary>
    string? FirstOf(Guid visitorId);

    /// <summary>A connection of the visitor to this node opened or closed: the other nodes are told. Never fails.</summary>
    ValueTask Announce(Guid visitorId, CancellationToken ct);

    /// <summary>
    /// Learns on which other nodes the visitor is, and follows it from now on: to be awaited before a match of theirs is
    /// opened here.
    /// </summary>
    ValueTask Follow(Guid visitorId, Guid matchId, CancellationToken ct);

    /// <summary>Ends <see cref="Follow"/>.</summary>
    void Unfollow(Guid visitorId);

    /// <summary>How many different visitors are here now.</summary>
    int VisitorCount { get; }
}

/// <summary>The connections to this node alone.</summary>
public interface ILocalConnections : IVisitorConnections
{
    /// <summary>Who has a connection to this node.</summary>
    IEnumerable<Guid> Visitors { get; }

    /// <summary>A visitor's connections to this node, oldest first.</summary>
    IReadOnlyList<string> Of(Guid visitorId);

    /// <summary>The public addresses that a visitor's connections to this node come from, keyed.</summary>
    IReadOnlyList<string> AddressesOf(Guid visitorId);

    /// <summary>Closes a visitor's connections to this node. Never waits.</summary>
    void Close(Guid visitorId);

    /// <summary>Closes a visitor's connections to this node whose sessions began before a moment. Never waits.</summary>
    void Close(Guid visitorId, DateTimeOffset since);

    /// <summary>Closes a visitor's connections to this node after one last event has had time to arrive. Never waits.</summary>
    void Close(Guid visitorId, IServerEvent last);
}
