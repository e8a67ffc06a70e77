using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Realtime;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Tests.Matches;

/// <summary>A reload closes one connection and opens another; which is noticed first is chance.</summary>
public sealed class ConnectionTests
{
    private static readonly TimeSpan LongerThanTheGrace = TimeSpan.FromSeconds(12);
    private readonly World world = new();
    private readonly Guid ann = Guid.NewGuid();
    private readonly Guid bob = Guid.NewGuid();

    [Fact]
    public async Task A_match_goes_on_when_the_new_connection_opened_before_the_old_one_was_noticed_as_lost()
    {
        await world.Join(ann);
        await world.Join(bob);
        var match = Assert.IsType<LiveMatch>(world.Matches.Of(ann));

        await world.Matchmaker.ConnectionOpened(ann, CancellationToken.None);
        await world.Matchmaker.ConnectionsClosed(ann);
        await world.Pass(LongerThanTheGrace);

        Assert.False(match.IsEnded);
        Assert.Empty(world.Connections.To<PartnerConnection>(bob));
    }

    [Fact]
    public async Task Who_comes_back_learns_what_happened_to_the_partner_meanwhile()
    {
        await world.Join(ann);
        await world.Join(bob);
        foreach (var visitor in new[] { ann, bob })
        {
            world.Connections.Close(visitor);
            await world.Matchmaker.ConnectionsClosed(visitor);
        }

        Assert.Equal(["lost"], Told(bob));
        world.Connections.Open(ann);
        await world.Matchmaker.ConnectionOpened(ann, CancellationToken.None);
        Assert.Equal("lost", Told(ann).Last());

        world.Connections.Open(bob);
        await world.Matchmaker.ConnectionOpened(bob, CancellationToken.None);
        Assert.Equal("restored", Told(ann).Last());
        Assert.Equal("restored", Told(bob).Last());
    }

    [Fact]
    public async Task A_place_in_the_queue_is_kept_when_the_new_connection_opened_before_the_old_one_was_noticed_as_lost()
    {
        await world.Join(ann);

        await world.Matchmaker.ConnectionsClosed(ann);
        await world.Pass(LongerThanTheGrace);

        Assert.NotNull(await world.Lobby.Find(ann, CancellationToken.None));
        await world.Join(bob);
        Assert.NotNull(world.Matches.Of(ann));
    }

    [Fact]
    public async Task A_place_in_the_queue_is_kept_when_the_visitor_came_to_another_node_before_the_old_connection_was_noticed_as_lost()
    {
        await world.Join(ann);

        world.Connections.OpenElsewhere(ann);
        world.Connections.Close(ann);
        await world.Matchmaker.ConnectionsClosed(ann);
        await world.Pass(TimeSpan.FromSeconds(25));

        Assert.Single(world.Connections.To<MatchTimeout>(ann));
        await world.Join(bob);
        Assert.NotNull(world.Matches.Of(ann));
    }

    [Fact]
    public async Task Who_asks_here_and_is_connected_to_another_node_waits_like_everybody()
    {
        world.Connections.OpenElsewhere(ann);
        await world.Matchmaker.Join(ann, ann, new(ChatMode.Text, null, [], false), null, CancellationToken.None);

        await world.Join(bob);

        Assert.NotNull(world.Matches.Of(ann));
    }

    [Fact]
    public async Task Who_goes_to_another_node_while_the_ticket_is_on_its_way_waits_like_everybody()
    {
        world.Connections.Open(ann);
        world.Index.Asked = () =>
        {
            world.Connections.OpenElsewhere(ann);
            world.Connections.Close(ann);
        };
        await world.Matchmaker.Join(ann, ann, new(ChatMode.Text, null, [], false), null, CancellationToken.None);
        world.Index.Asked = null;

        await world.Join(bob);

        Assert.NotNull(world.Matches.Of(ann));
    }

    [Fact]
    public async Task Whose_connection_opens_while_the_ticket_is_on_its_way_waits_like_everybody()
    {
        world.Index.Asked = () => world.Connections.Open(ann);
        await world.Matchmaker.Join(ann, ann, new(ChatMode.Text, null, [], false), null, CancellationToken.None);

        await world.Pass(LongerThanTheGrace);

        Assert.NotNull(await world.Lobby.Find(ann, CancellationToken.None));
    }

    [Fact]
    public async Task Whose_connection_closes_while_the_ticket_is_on_its_way_is_not_paired()
    {
        world.Connections.Open(ann);
        world.Index.Asked = () => world.Connections.Close(ann);
        await world.Matchmaker.Join(ann, ann, new(ChatMode.Text, null, [], false), null, CancellationToken.None);
        world.Index.Asked = null;

        await world.Join(bob);

        Assert.Null(world.Matches.Of(bob));
    }

    [Fact]
    public async Task A_second_start_that_crosses_with_the_match_of_the_first_is_a_conflict_and_leaves_no_ticket()
    {
        await world.Join(ann);
        var crossing = new TaskCompletionSource();
        var carl = Guid.NewGuid();
        world.Index.Waits = crossing.Task;
        var second = world.Join(ann);
        world.Index.Waits = Task.CompletedTask;
        await world.Join(bob);
        crossing.SetResult();

        Assert.Equal("conflict", Assert.IsType<Outcome<JoinAnswer>.Refused>(await second).Refusal.Code);
        Assert.Null(await world.Lobby.Find(ann, CancellationToken.None));
        await world.Join(carl);
        Assert.Null(world.Matches.Of(carl));
        Assert.Same(world.Matches.Of(bob), world.Matches.Of(ann));
    }

    [Fact]
    public async Task Who_is_in_a_match_is_not_started_into_another_one_though_the_lobby_still_holds_a_ticket()
    {
        var carl = Guid.NewGuid();
        await world.Join(ann);
        await world.Join(bob);
        var match = Assert.IsType<LiveMatch>(world.Matches.Of(ann));
        await world.Lobby.Join(
            new(Guid.NewGuid(), ann, ann, match.First.Request, world.Clock.GetUtcNow(), new HashSet<Guid>(), new Dictionary<Guid, DateTimeOffset>(), false, false),
            null, CancellationToken.None);

        var joined = await world.Join(carl);

        Assert.IsType<JoinAnswer.Waiting>(Assert.IsType<Outcome<JoinAnswer>.Done>(joined).Value);
        Assert.Same(match, world.Matches.Of(ann));
        Assert.NotNull(await world.Lobby.Find(carl, CancellationToken.None));
        Assert.Null(await world.Lobby.Find(ann, CancellationToken.None));
    }

    private IEnumerable<string> Told(Guid visitorId) => world.Connections.To<PartnerConnection>(visitorId).Select(told => told.State);
}
