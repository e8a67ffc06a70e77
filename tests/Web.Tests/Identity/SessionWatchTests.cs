using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Accounts;
using RandomChat.Web.Identity;
using RandomChat.Web.Realtime;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Identity;

/// <summary><see cref="SessionWatch"/>: what ended a session at another node ends it here.</summary>
public sealed class SessionWatchTests(HubServer fixture) : IClassFixture<HubServer>
{
    private readonly RunningServer server = fixture.Server;

    [Fact]
    public async Task What_another_node_wrote_closes_the_connections_of_before_and_no_others()
    {
        await using var pair = await Pair.Meet(server.Address);
        await Write(pair.Ann.Id, new AccountEvent.Registered(pair.Ann.Id, DateTimeOffset.UtcNow));
        await using (var stays = await Pair.Meet(server.Address))
        {
            // Of before its session: whoever came back with a new token is not put out by late news.
            await Write(stays.Ann.Id, new AccountEvent.PasswordChanged(stays.Ann.Id, false, DateTimeOffset.UtcNow.AddHours(-1)));
            await Write(pair.Ann.Id, new AccountEvent.PasswordChanged(pair.Ann.Id, false, DateTimeOffset.UtcNow.AddSeconds(1)), 0);

            // News come in the log's order: the first one is over when the second one acts.
            await pair.Ann.Closed;
            Assert.True(server.Services.GetRequiredService<VisitorConnections>().IsConnected(stays.Ann.Id));
        }

        Assert.True(await server.Services.GetRequiredService<VisitorProfiles>().HasEnded(pair.Ann.Id, DateTimeOffset.UtcNow, default));
    }

    [Fact]
    public async Task Each_of_two_nodes_hears_of_it()
    {
        await using var other = await HubServer.With();
        await using var here = await Pair.Meet(server.Address);
        await using var there = await Pair.Meet(other.Address);
        var news = new News();
        using var first = new SessionWatch(news, server.Services.GetRequiredService<EndedSessions>());
        using var second = new SessionWatch(news, other.Services.GetRequiredService<EndedSessions>());

        news.End(here.Ann.Id);
        news.End(there.Ann.Id);

        await here.Ann.Closed;
        await there.Ann.Closed;
    }

    /// <summary>As a node does that shares the log and nothing else.</summary>
    private async Task Write(Guid visitorId, AccountEvent happened, long revision = -1) => await server.Services.GetRequiredService<IEventStore>().Append(
        StreamName.For("account", visitorId), new(revision),
        [server.Services.GetRequiredService<EventCodec>().Encode(Guid.NewGuid(), happened, new(Guid.NewGuid(), Guid.NewGuid(), EventMetadata.Visitor(visitorId)))], default);

    private sealed class News : ISessionNews
    {
        public event Action<Guid, DateTimeOffset>? SessionsEnded;

        public void End(Guid visitorId) => SessionsEnded?.Invoke(visitorId, DateTimeOffset.UtcNow.AddSeconds(1));
    }
}
