using Mediator;
using RandomChat.Application.Bots;
using RandomChat.Application.Limits;
using RandomChat.Application.Moderation;
using RandomChat.Application.Screening;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>Start: wait for a stranger, or change the request of the wait that goes on.</summary>
/// <param name="AddressKey">The caller's address as limits count it.</param>
/// <param name="Connection">The hub connection that asks; null for a REST client.</param>
/// <param name="Captcha">A proof of work, for who was asked for one.</param>
public sealed record JoinQueue(
    Guid VisitorId, Guid DeviceId, MatchRequest Request, string AddressKey, string? Connection, string? Captcha = null)
    : IRequest<Outcome<JoinAnswer>>;

public sealed class JoinQueueHandler(
    Matchmaker matchmaker, ILimits limits, BanGate bans, Escalation escalation, BotCheck bots, ProfileScreening screening)
    : IRequestHandler<JoinQueue, Outcome<JoinAnswer>>
{
    public async ValueTask<Outcome<JoinAnswer>> Handle(JoinQueue request, CancellationToken cancellationToken)
    {
        await escalation.Arrive(request.VisitorId);
        if (await bans.Refuse(request.VisitorId, request.DeviceId, cancellationToken) is { } banned)
        {
            return banned;
        }

        if (screening.Refuse("interests", [.. request.Request.Interests]) is { } unwanted)
        {
            return unwanted;
        }

        var limit = await limits.Take(LimitNames.Joins, request.AddressKey, cancellationToken);
        return !limit.Allowed
            ? Refusal.RateLimited(limit.RetryAfter)
            : bots.Enter(CaptchaStep.Join, request.VisitorId, request.DeviceId, request.AddressKey, request.Captcha) is { } refusal ? refusal
            : await matchmaker.Join(request.VisitorId, request.DeviceId, request.Request, request.Connection, cancellationToken);
    }
}
