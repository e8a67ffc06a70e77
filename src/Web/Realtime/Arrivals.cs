using Mediator;
using Microsoft.AspNetCore.SignalR;
using RandomChat.Application.Bots;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Application.Visitors;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Realtime;

/// <summary>What happens when a visitor's connection opens and when it closes.</summary>
public sealed class Arrivals(
    ISender sender, VisitorConnections connections, IVisitorConnections everywhere, Matchmaker matchmaker, Suspicion suspicion, VisitorProfiles profiles)
{
    private const int MostConnections = 8;

    /// <param name="addressKey">The address as limits count it.</param>
    /// <param name="addressMark">The public address, keyed; null where it is none.</param>
    public async Task Opened(VisitorIdentity visitor, HubCallerContext connection, string addressKey, string? addressMark)
    {
        var visitorId = visitor.VisitorId;
        suspicion.Connected(visitor.DeviceId, addressKey);
        connections.Add(visitorId, connection, MostConnections, addressMark, visitor.Began);

        // A session that ended while it was opening: whoever closed the connections did not see this one.
        if (await profiles.HasEnded(visitorId, visitor.Began, CancellationToken.None))
        {
            connection.Abort();
        }

        await matchmaker.ConnectionOpened(visitorId, CancellationToken.None);
        await sender.Send(new TellWarnings(visitorId));
        await sender.Send(new NoteVisit(visitorId));
    }

    public async Task Closed(Guid visitorId, string connectionId)
    {
        if (connections.Remove(visitorId, connectionId))
        {
            await matchmaker.ConnectionsClosed(visitorId);
        }
        else
        {
            await everywhere.Announce(visitorId, CancellationToken.None);
        }
    }
}
