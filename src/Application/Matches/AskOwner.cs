using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Realtime;

namespace RandomChat.Application.Matches;

/// <summary>A request about a live match. The node that owns the match handles it, whichever node it reaches.</summary>
public interface IMatchRequest
{
    Guid VisitorId { get; }

    /// <summary>The match that it is about; null for the one the visitor is in.</summary>
    Guid? About { get; }
}

/// <summary>Has requests about a live match handled by the node that owns it; takes over what a dead node owned.</summary>
public sealed class AskOwner<TRequest, TResponse>(LiveMatches matches, MatchRestorer restorer, IMatchRegistry registry, INodes nodes)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IMatchRequest, IRequest<TResponse>
{
    private const int Attempts = 4;

    public async ValueTask<TResponse> Handle(
        TRequest message, MessageHandlerDelegate<TRequest, TResponse> next, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (matches.Of(message.VisitorId) is { } own && IsAbout(message, own.Id))
            {
                try
                {
                    return await next(message, cancellationToken);
                }
                catch (MatchMovedException)
                {
                    // Another node took it over while this one seemed dead.
                    matches.Abandon(own);
                    continue;
                }
            }

            if (await registry.Find(message.VisitorId, cancellationToken) is not VisitorPlace.InMatch place
                || !IsAbout(message, place.MatchId) || place.Node == registry.Node)
            {
                return await next(message, cancellationToken);
            }

            if (!place.Alive)
            {
                await restorer.TakeOver(place.MatchId, cancellationToken);
                continue;
            }

            try
            {
                return await nodes.Ask(place.Node, message, cancellationToken);
            }
            catch (NodeGoneException)
            {
                // The next round takes the match over. What the dead node may have done already is done once:
                // messages by their id, everything else by being so already.
            }
        }

        throw new DependencyUnavailableException("node");
    }

    private static bool IsAbout(TRequest message, Guid matchId) => message.About is not { } about || about == matchId;
}

/// <summary>This node does not own the match any more.</summary>
public sealed class MatchMovedException(Guid matchId) : Exception($"Match {matchId} is another node's.");
