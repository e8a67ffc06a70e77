using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Tests.Visitors;

public sealed class EraseVisitorTests
{
    private readonly World world = new();
    private readonly Guid ann = Guid.NewGuid();
    private readonly VisitorProfiles profiles;
    private readonly Accounts accounts = new();
    private readonly EraseVisitorHandler handler;

    public EraseVisitorTests()
    {
        profiles = new(world.Executor, world.Sealer, world.Clock);
        handler = new(
            world.Matchmaker, world.Departures, accounts, world.Executor, world.Sealer, new(profiles, world.Matches, world.LaterScreening, world.Connections), world.Clock);
    }

    [Fact]
    public async Task Who_is_erased_is_out_of_the_match_disconnected_known_as_erased_and_without_a_key()
    {
        var bob = Guid.NewGuid();
        await Begin();
        await world.Join(ann);
        await world.Join(bob);

        await Erase();

        Assert.Single(world.Connections.To<SessionEnded>(bob));
        Assert.False(world.Connections.IsConnected(ann));
        Assert.True(world.Connections.IsConnected(bob));
        Assert.True(await profiles.IsErased(ann, CancellationToken.None));
        Assert.Empty(world.Sealer.KeptUntil);
    }

    [Fact]
    public async Task With_the_keys_away_nothing_says_that_it_is_done_and_doing_it_again_finishes_it()
    {
        await Begin();
        world.Sealer.IsDown = true;

        await Assert.ThrowsAsync<DependencyUnavailableException>(Erase);

        Assert.False(await profiles.IsErased(ann, CancellationToken.None));
        Assert.NotEmpty(world.Sealer.KeptUntil);
        world.Sealer.IsDown = false;
        await Erase();
        Assert.True(await profiles.IsErased(ann, CancellationToken.None));
        Assert.Empty(world.Sealer.KeptUntil);
    }

    [Fact]
    public async Task With_the_log_away_doing_it_again_finishes_it()
    {
        await Begin();
        world.Log.Break("visitor", FaultyEventStore.Fault.Down);

        await Assert.ThrowsAsync<DependencyUnavailableException>(Erase);

        Assert.False(await profiles.IsErased(ann, CancellationToken.None));
        world.Log.Mend();
        await Erase();
        Assert.True(await profiles.IsErased(ann, CancellationToken.None));
    }

    [Fact]
    public async Task The_account_goes_first_and_with_its_tables_away_nothing_is_forgotten_until_it_is_done_again()
    {
        await Begin();
        await world.Executor.Execute(
            Account.Decider, ann, new AccountCommand.Register(ann, false, world.Clock.GetUtcNow()), Guid.NewGuid(), EventMetadata.System, CancellationToken.None);
        accounts.IsDown = true;

        await Assert.ThrowsAsync<DependencyUnavailableException>(Erase);

        Assert.NotEmpty(world.Sealer.KeptUntil);
        accounts.IsDown = false;
        await Erase();
        await Erase();

        // Each time before the event and after it, since an account may be made in between.
        Assert.Equal([ann, ann, ann, ann], accounts.Deleted);
        Assert.True((await world.Executor.Load(Account.Decider, ann, CancellationToken.None)).IsClosed);
        Assert.True(await profiles.IsErased(ann, CancellationToken.None));
    }

    private async Task Begin()
    {
        await world.Executor.Execute(
            Visitor.Decider, ann, new VisitorCommand.StartSession(ann, ann, 1990, 2026, true, "1", await world.Sealer.SealForVisitor(ann, "{}", default), world.Clock.GetUtcNow()),
            Guid.NewGuid(), EventMetadata.System, CancellationToken.None);
        await world.Sealer.EnsureVisitorKey(ann, world.Clock.GetUtcNow(), CancellationToken.None);
    }

    private async Task Erase() => await handler.Handle(new(ann, ann), CancellationToken.None);

    private sealed class Accounts : IAccountStore
    {
        public bool IsDown { get; set; }

        public List<Guid> Deleted { get; } = [];

        public Task Delete(Guid visitorId, CancellationToken ct)
        {
            if (IsDown)
            {
                throw new DependencyUnavailableException("accounts");
            }

            Deleted.Add(visitorId);
            return Task.CompletedTask;
        }

        public Task<int> Delete(IReadOnlyCollection<Guid> visitorIds, CancellationToken ct) => throw new NotSupportedException();
    }
}
