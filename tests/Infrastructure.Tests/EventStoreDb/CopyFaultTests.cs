using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.StandIn;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

/// <summary>A copy that ends where it should not, or has a slow server.</summary>
public sealed class CopyFaultTests : StandInFixture
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Fact]
    public async Task A_copy_that_ended_behind_what_is_hidden_goes_on_there()
    {
        var server = await Server();
        var stream = StreamName.For("messages", Guid.NewGuid());
        await using (var ended = Target(server))
        {
            await ended.Skip(stream, 3, Day, Ct);
        }

        // The server does not say where events lie that it has already, and what is hidden is not found.
        server.Faults.LeaveOutPositions = true;
        await using (var target = Target(server))
        {
            await target.Skip(stream, 3, Day, Ct);
            await target.Append([Message(stream, 3)], Day, Ct);
            await target.Flush();
        }

        Assert.Equal([3], (await Read(Connect(server), stream)).Select(e => e.Revision));
    }

    [Fact]
    public async Task What_is_copied_again_need_not_be_found_where_it_has_expired()
    {
        var server = await Server();
        server.Faults.LeaveOutPositions = true;
        var stream = StreamName.For("messages", Guid.NewGuid());
        await using var target = Target(server);

        await target.Append([Message(stream, 0) with { At = DateTimeOffset.UtcNow - Day }], Day, Ct);
        await target.Flush();

        Assert.Empty(await Read(Connect(server), stream));
    }

    [Fact]
    public async Task A_slow_server_gets_so_many_bytes_at_once_and_no_more()
    {
        var server = await Server();
        await using var target = Target(server);
        await target.Append([Message(NewStream(), 0)], null, Ct);
        await target.Flush();
        server.Faults.SwallowAnswers = true;
        for (var n = 0; n < 15; n++)
        {
            await target.Append([Message(NewStream(), 0, bytes: 512 << 10)], null, Ct);
        }

        // Its mark makes each a little larger, so the sixteenth is beyond eight megabytes.
        var next = target.Append([Message(NewStream(), 0, bytes: 512 << 10)], null, Ct);
        Assert.False(next.IsCompleted);

        server.Faults.BreakCalls();
        await Assert.ThrowsAsync<AppendOutcomeUnknownException>(() => next);
    }

    [Fact]
    public async Task Streams_expire_from_their_first_event_on_and_keep_what_is_said_of_them_already()
    {
        var server = await Server();
        var stream = StreamName.For("messages", Guid.NewGuid());
        var store = Connect(server);
        await using var target = Target(server);

        await target.Expire(stream, Day, Ct);
        await target.Skip(stream, 2, Day, Ct);
        await target.Expire(stream, Day, Ct);
        await target.Append([Message(stream, 2)], null, Ct);
        await target.Flush();

        Assert.Equal([2], (await Read(store, stream)).Select(e => e.Revision));
        var metadata = await Read(store, new($"$${stream.Value}"));
        Assert.Equal(["""{"$maxAge":86400}""", """{"$maxAge":86400,"$tb":2}"""], metadata.Select(e => Encoding.UTF8.GetString(e.Data.Span)));
    }

    private static EventStoreDbCopy Target(StandInServer server) => new(
        EventStoreDbSettings.Parse($"esdb://127.0.0.1:{server.Address.Port}?tls=false"), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance);

    private static RecordedEvent Message(StreamName stream, long revision, int bytes = 1)
    {
        var e = New(new('x', bytes));
        return new(stream, revision, new(revision + 1), e.Id, e.Type, DateTimeOffset.UtcNow, e.Data, e.Metadata);
    }
}
