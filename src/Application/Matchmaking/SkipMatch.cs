using Mediator;
using RandomChat.Application.Bots;
using RandomChat.Application.Events;
using RandomChat.Application.Limits;
using RandomChat.Application.Matches;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>Next: end this match and wait again with the same request. The end is never refused; the waiting may be.</summary>
public sealed record SkipMatch(
    Guid VisitorId, Guid DeviceId, Guid MatchId, string AddressKey, string? Connection, string? Captcha = null)
    : IRequest<Outcome<JoinAnswer>>;

public sealed class SkipMatchHandler(
    LiveMatches matches, Departures departures, OwnMatches own, MatchRestorer restorer, Matchmaker matchmaker, SkipHabits skips, ILimits limits,
    BanGate bans, Escalation escalation, BotCheck bots)
    : IRequestHandler<SkipMatch, Outcome<JoinAnswer>>
{
    public async ValueTask<Outcome<JoinAnswer>> Handle(SkipMatch request, CancellationToken cancellationToken)
    {
        MatchRequest again;
        var over = matches.FindEnded(request.VisitorId, request.MatchId) is not null;
        if (await departures.Leave(request.VisitorId, request.MatchId, MatchEndReason.Skipped) is { Request: var wanted })
        {
            again = wanted;
            if (!over)
            {
                skips.Note(request.VisitorId);
            }
        }
        else if (await own.Find(request.VisitorId, request.MatchId, cancellationToken) is { } past)
        {
            again = await restorer.RequestOf(past.Mine, cancellationToken);
        }
        else
        {
            return Refusal.NotInMatch;
        }

        await escalation.Arrive(request.VisitorId);
        if (await bans.Refuse(request.VisitorId, request.DeviceId, cancellationToken) is { } banned)
        {
            return banned;
        }

        var bySkips = await limits.Take(LimitNames.Skips, request.VisitorId.ToString("N"), cancellationToken);
        var byJoins = await limits.Take(LimitNames.Joins, request.AddressKey, cancellationToken);
        return !bySkips.Allowed || !byJoins.Allowed
            ? Refusal.RateLimited(bySkips.Allowed ? byJoins.RetryAfter : bySkips.RetryAfter)
            : bots.Enter(CaptchaStep.Skip, request.VisitorId, request.DeviceId, request.AddressKey, request.Captcha) is { } refusal ? refusal
            : await matchmaker.Join(request.VisitorId, request.DeviceId, again, request.Connection, cancellationToken);
    }
}
