using System.Diagnostics;
using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Limits;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Matches;

/// <summary>Says something to the partner. The same <c>ClientMessageId</c> again gets the first answer.</summary>
public sealed record SendMessage(Guid VisitorId, Guid MatchId, string Body, string ClientMessageId, string? Connection)
    : IRequest<Outcome<MessageAnswer>>, IMatchRequest
{
    Guid? IMatchRequest.About => MatchId;
}

public sealed class SendMessageHandler(LiveMatches matches, Conversation conversation, ILimits limits, ChatMeter meter)
    : IRequestHandler<SendMessage, Outcome<MessageAnswer>>
{
    public async ValueTask<Outcome<MessageAnswer>> Handle(SendMessage request, CancellationToken cancellationToken)
    {
        var arrivedAt = Stopwatch.GetTimestamp();
        var outcome = "failed";
        try
        {
            var answer = await Send(request, cancellationToken);
            outcome = answer switch
            {
                Outcome<MessageAnswer>.Done { Value.Status: var status } => status,
                Outcome<MessageAnswer>.Refused { Refusal.Code: var code } => code,
                _ => outcome,
            };
            return answer;
        }
        catch (DependencyUnavailableException)
        {
            outcome = "unavailable";
            throw;
        }
        catch (MatchMovedException)
        {
            // Sent on to the node that owns the match by now, which counts it.
            outcome = "moved";
            throw;
        }
        finally
        {
            meter.Sent(outcome, arrivedAt);
        }
    }

    private async Task<Outcome<MessageAnswer>> Send(SendMessage request, CancellationToken cancellationToken)
    {
        if (MessagePolicy.Accept(request.Body) is not { } body)
        {
            return Refusal.Invalid("body", $"A message has 1 to {MessagePolicy.MaximumLength} characters.");
        }

        var messageId = Conversation.IdOf(request.MatchId, request.VisitorId, request.ClientMessageId);
        if (matches.Find(request.VisitorId, request.MatchId) is not var (match, me))
        {
            // Sent again after the match ended, because the first answer was lost on its way.
            return matches.FindEnded(request.VisitorId, request.MatchId) is var (over, _) && over.AnswerTo(messageId) is { } before
                ? before
                : Refusal.NotInMatch;
        }

        if (match.AnswerTo(messageId) is { } given)
        {
            return given;
        }

        var limit = await limits.Take(LimitNames.Messages, request.VisitorId.ToString("N"), cancellationToken);
        return !limit.Allowed
            ? Refusal.RateLimited(limit.RetryAfter)
            : await conversation.Send(match, me, messageId, body, request.Connection, cancellationToken);
    }
}
