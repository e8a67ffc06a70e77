using System.Text.Json.Serialization;
using Mediator;
using RandomChat.Application.Realtime;

namespace RandomChat.Application.Matches;

/// <summary>Fetches the current match and a page of messages after a reconnect or a reload; changes nothing.</summary>
/// <param name="MatchId">The match to fetch messages of; null for the current one.</param>
public sealed record ResumeMatch(Guid VisitorId, Guid? MatchId, int AfterSequence) : IRequest<Outcome<Resumed>>, IMatchRequest
{
    // Whichever match's messages are asked for, the current match is part of the answer, and its owner knows it.
    Guid? IMatchRequest.About => null;
}

/// <param name="Match">The current match, or null where there is none (any more).</param>
public sealed record Resumed(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] MatchFound? Match, IReadOnlyList<ChatMessage> Messages);

public sealed class ResumeMatchHandler(LiveMatches matches, OwnMatches own, Conversation conversation)
    : IRequestHandler<ResumeMatch, Outcome<Resumed>>
{
    private const int PageSize = 200;

    public async ValueTask<Outcome<Resumed>> Handle(ResumeMatch request, CancellationToken cancellationToken)
    {
        var current = matches.Of(request.VisitorId);
        var seen = current?.Find(request.VisitorId) is { } me ? current.SeenBy(me) : null;
        var wanted = request.MatchId ?? current?.Id;
        if (wanted is not { } matchId)
        {
            return new Resumed(null, []);
        }

        if (matchId != current?.Id)
        {
            if (await own.Find(request.VisitorId, matchId, cancellationToken) is null)
            {
                return Refusal.NotInMatch;
            }
        }

        return new Resumed(seen, await conversation.Read(matchId, request.VisitorId, request.AfterSequence, PageSize, cancellationToken));
    }
}
