using System.Text.Json;
using Microsoft.Extensions.Options;
using RandomChat.Application.Limits;
using RandomChat.Application.Realtime;

namespace RandomChat.Application.Matches;

/// <summary>Relays one WebRTC signal to the connection that holds the partner's side of the call.</summary>
public sealed record SendSignal(Guid VisitorId, Guid MatchId, SignalType Type, JsonElement? Payload, string Connection) : ICallRequest;

public sealed class SendSignalHandler(
    LiveMatches matches, IVisitorConnections connections, ILimits limits, IOptions<MatchOptions> options)
    : CallHandler<SendSignal>(matches, limits)
{
    protected override Outcome<Nothing> Handle(SendSignal request, LiveMatch match, Participant me)
    {
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
