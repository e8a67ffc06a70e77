using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Application.Screening;

namespace RandomChat.Application.Visitors;

/// <summary>Who was erased, as the log says it: each node hears of it, whichever one was asked, and keeps it until it has done its part.</summary>
public interface IErasureNews
{
    /// <summary>Says which visitor was erased, now or a moment ago, once they are among <see cref="Unfinished"/>. Never waited for.</summary>
    event Action<Guid>? Erased;

    /// <summary>Whose key this node has not destroyed yet; also over a restart.</summary>
    IReadOnlyList<Guid> Unfinished();

    /// <summary>It is destroyed. Doing it again does no harm.</summary>
    void Finish(Guid visitorId);
}

/// <summary>Lets this node forget visitors who were erased: their session, their name, what it remembers of their last match, what waits for a classifier, their connections.</summary>
public sealed class ErasedVisitors(VisitorProfiles profiles, LiveMatches matches, LaterScreening later, ILocalConnections connections)
{
    /// <summary>Doing it again does no harm.</summary>
    public void Forget(Guid visitorId)
    {
        profiles.NoteErased(visitorId);
        matches.Forget(visitorId);
        later.Forget(visitorId);
        connections.Close(visitorId);
    }
}
