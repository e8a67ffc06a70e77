using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

/// <summary>What an append tells when the way to the server, or the server, fails.</summary>
public sealed class AppendFaultTests : StandInFixture
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_breaks_before_the_answer_leaves_the_outcome_unknown(bool batches)
    {
        var server = await Server(options => options with { TellsFeatures = batches });
        var store = Connect(server);
        var stream = NewStream();
        await Appended(store, stream, -1, New("before"));
        NewEvent[] events = [New("a"), New("b")];

        server.Faults.SwallowAnswers = true;
        var append = store.Append(stream, new(0), events, Ct).AsTask();
        var other = Connect(server);
        await Until(async () => (await Read(other, stream)).Count == 3 ? 0 : throw new DependencyUnavailableException("not yet"));
        server.Faults.BreakCalls();

        Assert.Equal(stream, (await Assert.ThrowsAsync<AppendOutcomeUnknownException>(() => append)).Stream);
        server.Faults.SwallowAnswers = false;
        Assert.Equal(2, (await Appended(store, stream, 0, events)).Revision);
        Assert.Equal(["before", "a", "b"], (await Read(store, stream)).Select(Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_does_not_answer_in_time_leaves_the_outcome_unknown(bool batches)
    {
        var server = await Server(options => options with { TellsFeatures = batches });
        var store = Connect(server, "defaultDeadline=500");
        var stream = NewStream();
        var (before, next) = (New("before"), New("next"));
        await Until(() => Appended(store, stream, -1, before));
        server.Faults.SwallowAppends = true;

        await Assert.ThrowsAsync<AppendOutcomeUnknownException>(() => store.Append(stream, new(0), [New("lost")], Ct).AsTask());

        server.Faults.SwallowAppends = false;
        await Until(() => Appended(store, stream, 0, next));
        Assert.Equal(["before", "next"], (await Read(store, stream)).Select(Text));
    }

    [Fact]
    public async Task An_answer_that_stays_out_is_asked_for_again()
    {
        var server = await Server();
        var store = Connect(server);
        var stream = NewStream();
        await Appended(store, stream, -1, New("before"));
        server.Faults.SwallowAnswers = true;
        var append = Appended(store, stream, 0, New("a"));
        var wrong = store.Append(stream, new(7), [New("b")], Ct).AsTask();
        await Until(async () => (await Read(store, stream)).Count == 2 ? 0 : throw new DependencyUnavailableException("not yet"));

        server.Faults.SwallowAnswers = false;

        Assert.Equal(1, (await append).Revision);
        Assert.Equal(new AppendResult.WrongRevision(1), await wrong);
        Assert.Equal(2, (await Read(store, stream)).Count);
    }

    [Fact]
    public async Task Every_append_under_way_learns_that_the_connection_broke_and_the_next_ones_go_on()
    {
        var server = await Server();
        var store = Connect(server);
        await Appended(store, NewStream(), -1, New("before"));
        server.Faults.SwallowAnswers = true;
        var appends = Enumerable.Range(0, 100).Select(n => (Stream: NewStream(), Event: New($"{n}")))
            .Select(append => (append.Stream, append.Event, Task: store.Append(append.Stream, ExpectedRevision.NoStream, [append.Event], Ct).AsTask()))
            .ToArray();
        var other = Connect(server);
        await Until(async () => (await Read(other, appends[^1].Stream)).Count == 1 ? 0 : throw new DependencyUnavailableException("not yet"));

        server.Faults.BreakCalls();
        Assert.All(
            await Task.WhenAll(appends.Select(append => Record.ExceptionAsync(() => append.Task)).Select(task => task.AsTask())),
            e => Assert.IsType<AppendOutcomeUnknownException>(e));

        server.Faults.SwallowAnswers = false;
        foreach (var (stream, e, _) in appends)
        {
            Assert.Equal(0, (await Appended(store, stream, -1, e)).Revision);
            Assert.Single(await Read(store, stream));
        }
    }

    [Fact]
    public async Task Where_nobody_listens_nothing_was_recorded()
    {
        var store = Connect("esdb://127.0.0.1:1?tls=false");

        Assert.Equal("event-log", (await Assert.ThrowsAsync<DependencyUnavailableException>(() => Appended(store, NewStream(), -1, New("a")))).Dependency);
        Assert.Equal("event-log", (await Assert.ThrowsAsync<DependencyUnavailableException>(() => Read(store, NewStream()))).Dependency);
        Assert.Equal("event-log", (await Assert.ThrowsAsync<DependencyUnavailableException>(async () =>
            await store.SetMaxAge(NewStream(), TimeSpan.FromHours(1), Ct))).Dependency);
        Assert.Equal("event-log", (await Assert.ThrowsAsync<DependencyUnavailableException>(async () =>
            await store.Subscribe(null, Ct).FirstAsync(Ct))).Dependency);
    }

    [Fact]
    public async Task A_server_that_is_not_ready_has_recorded_nothing()
    {
        var server = await Server();
        var store = Connect(server);
        var stream = NewStream();
        await Appended(store, stream, -1, New("before"));
        server.Faults.IsNotReady = true;

        Assert.Equal("event-log", (await Assert.ThrowsAsync<DependencyUnavailableException>(() => Appended(store, stream, 0, New("a")))).Dependency);

        server.Faults.IsNotReady = false;
        Assert.Equal(1, (await Appended(store, stream, 0, New("b"))).Revision);
    }

    [Fact]
    public async Task Appends_come_back_by_themselves_after_a_crash_and_nothing_answered_is_lost()
    {
        var server = await ServerProcess();
        var store = Connect(server.ConnectionString);
        var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 8).Select(_ => Task.Run(() => Write(store, NewStream(), stop.Token), Ct)).ToArray();
        var probe = NewStream();
        await Until(() => Appended(store, probe, -1, New("before")));

        server.Kill();
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Unknowns(() => Appended(store, probe, 0, New("while away"))));
        await server.Start();
        await Until(() => Appended(store, probe, 0, New("after")));
        await stop.CancelAsync();

        foreach (var (stream, answered) in await Task.WhenAll(writers))
        {
            Assert.NotEmpty(answered);
            Assert.Equal(answered, (await Read(store, stream)).Select(e => e.Id));
        }
    }

    [Fact]
    public async Task An_append_that_the_server_finds_too_large_is_a_mistake_of_the_caller()
    {
        var server = await Server();
        var store = Connect(server);
        var plain = Connect(await Server(options => options with { TellsFeatures = false }));
        var large = New(new string('x', 2 << 20));

        await Assert.ThrowsAsync<ArgumentException>(() => Appended(store, NewStream(), -1, large));
        await Assert.ThrowsAsync<ArgumentException>(() => Appended(plain, NewStream(), -1, large));
        await Appended(store, NewStream(), -1, New("small"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_position_that_the_server_leaves_out_is_looked_up(bool batches)
    {
        var server = await Server(options => options with { TellsFeatures = batches });
        server.Faults.LeaveOutPositions = true;
        var store = Connect(server);
        var stream = NewStream();

        var appended = await Appended(store, stream, -1, New("a"), New("b"));

        Assert.Equal((1, (await Read(store, stream))[1].Position), (appended.Revision, appended.Position));
    }

    [Fact]
    public async Task Closing_waits_for_what_was_appended_and_refuses_what_comes_after()
    {
        var server = await Server();
        var store = Connect(server);
        await Appended(store, NewStream(), -1, New("first"));
        var appends = Enumerable.Range(0, 500).Select(_ => Appended(store, NewStream(), -1, New("x"))).ToArray();

        await store.DisposeAsync();

        await Task.WhenAll(appends);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Appended(store, NewStream(), -1, New("late")));
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Read(store, NewStream()));
    }

    /// <summary>Appends one after another as a command does, and once more where the outcome was unknown.</summary>
    private static async Task<(StreamName Stream, List<Guid> Answered)> Write(IEventStore store, StreamName stream, CancellationToken stop)
    {
        var answered = new List<Guid>();
        while (!stop.IsCancellationRequested)
        {
            var e = New("x");
            Assert.Equal(answered.Count, (await Until(() => Appended(store, stream, answered.Count - 1, e))).Revision);
            answered.Add(e.Id);
        }

        return (stream, answered);
    }

    private static async Task<T> Unknowns<T>(Func<Task<T>> append)
    {
        while (true)
        {
            try
            {
                return await append();
            }
            catch (AppendOutcomeUnknownException)
            {
                // It was on its way when the server died.
            }
        }
    }
}
