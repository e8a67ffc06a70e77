using RandomChat.Application.Realtime;

namespace RandomChat.Application.Visitors;

/// <summary>Whose sessions ended, as the log says it: each node hears of it, whichever one was asked.</summary>
public interface ISessionNews
{
    /// <summary>Says whose sessions of before which moment ended, now or a moment ago. Never waited for.</summary>
    event Action<Guid, DateTimeOffset>? SessionsEnded;
}

/// <summary>Lets this node act on sessions that ended before their time: it asks again who the visitor is, and closes the connections of these.</summary>
public sealed class EndedSessions(VisitorProfiles profiles, ILocalConnections connections)
{
    /// <summary>Doing it again does no harm.</summary>
    /// <param name="since">Sessions that began before then have ended.</param>
    public void End(Guid visitorId, DateTimeOffset since)
    {
        // In this order: a connection that is not here yet to be closed asks once it is.
        profiles.Look(visitorId);
        connections.Close(visitorId, since);
    }
}
