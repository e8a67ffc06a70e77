namespace RandomChat.Engines;

/// <summary>A server that runs as a process of its own, as it is seen from outside.</summary>
public interface IServerProcess
{
    /// <summary>Where it listens.</summary>
    Uri Address { get; }

    /// <summary>Of its process.</summary>
    int Id { get; }
}
