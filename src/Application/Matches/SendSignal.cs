using System.Text.Json;
using Mediator;
using Microsoft.Extensions.Options;
using RandomChat.Application.Limits;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matches;

/// <summary>Relays one WebRTC signal to the connection that holds the partner's side of the call.</summary>
public sealed record SendSignal(Guid VisitorId, Guid MatchId, SignalType Type, JsonElement? Payload, string Connection)
    : IRequest<Outcome<Nothing>>, IMatchRequest
{
    Guid? IMatchRequest.About => MatchId;
}

public sealed class SendSignalHandler(
    LiveMatches matches, IVisitorConnections connections, ILimits limits, IOptions<MatchOptions> options)
    : IRequestHandler<SendSignal, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(SendSignal request, CancellationToken cancellationToken)
    {
        if (matches.Find(request.VisitorId, request.MatchId) is not var (match, me))
        {
            return Refusal.NotInMatch;
        }

        if (match.Started.Mode != ChatMode.Video)
        {
            return Refusal.Conflict("This is a text chat.");
        }

        var limit = await limits.Take(LimitNames.Signals, request.VisitorId.ToString("N"), cancellationToken);
        if (!limit.Allowed)
        {
            return Refusal.RateLimited(limit.RetryAfter);
        }

        SignalRelayed? signal = new(match.Id, request.Type, request.Payload);
        if (options.Value.HidesAddresses)
        {
            switch (RelayFilter.Apply(signal))
            {
                case Outcome<SignalRelayed?>.Refused { Refusal: var refusal }:
                    return refusal;
                case Outcome<SignalRelayed?>.Done { Value: var allowed }:
                    signal = allowed;
                    break;
            }
        }

        if (me.CallConnection is null || !connections.IsOpen(me.CallConnection))
        {
            me.CallConnection = request.Connection;
        }
        else if (me.CallConnection != request.Connection)
        {
            return Refusal.Conflict("Another tab of yours holds this call.");
        }

        if (signal is not null && match.PartnerOf(me).CallConnection is { } partner)
        {
            connections.PushTo(partner, signal);
        }

        return default(Nothing);
    }
}
