namespace RandomChat.Application.Realtime;

/// <summary>The open hub connections of visitors. Pushing never waits: a connection that cannot take more is dropped.</summary>
public interface IVisitorConnections
{
    /// <summary>Sends to every connection of a visitor but one.</summary>
    void Push(Guid visitorId, IServerEvent happened, string? exceptConnection = null);

    /// <summary>Sends to one connection; false where it is gone.</summary>
    bool PushTo(string connectionId, IServerEvent happened);

    bool IsConnected(Guid visitorId);

    bool IsOpen(string connectionId);

    /// <summary>The visitor's oldest open connection, or null.</summary>
    string? FirstOf(Guid visitorId);

    /// <summary>How many different visitors are here now.</summary>
    int VisitorCount { get; }
}
