using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Tests.Visitors;

public sealed class NoteVisitTests
{
    [Fact]
    public async Task A_visit_keeps_the_visitors_key_for_the_whole_retention_from_then_on()
    {
        var world = new World();
        var ann = Guid.NewGuid();
        var handler = Handler(world, new() { Visitors = TimeSpan.FromDays(3) });

        world.Clock.Advance(TimeSpan.FromDays(2));
        await handler.Handle(new(ann), CancellationToken.None);

        Assert.Equal(world.Clock.GetUtcNow() + TimeSpan.FromDays(3), world.Sealer.KeptUntil[ann]);
    }

    [Fact]
    public async Task The_key_of_whoever_has_an_account_has_no_end()
    {
        var world = new World();
        var ann = Guid.NewGuid();
        await world.Executor.Execute(
            Account.Decider, ann, new AccountCommand.Register(ann, false, world.Clock.GetUtcNow()), Guid.NewGuid(), EventMetadata.System, CancellationToken.None);

        await Handler(world, new()).Handle(new(ann), CancellationToken.None);

        Assert.Equal(KeyLife.NoEnd, world.Sealer.KeptUntil[ann]);
    }

    [Fact]
    public async Task A_visit_is_welcome_though_the_key_store_is_down()
    {
        var world = new World();
        world.Sealer.IsDown = true;
        var handler = Handler(world, new());

        await handler.Handle(new(Guid.NewGuid()), CancellationToken.None);

        Assert.Empty(world.Sealer.KeptUntil);
    }

    [Fact]
    public async Task A_tab_that_is_still_open_makes_no_new_key_for_a_visitor_who_was_erased()
    {
        var world = new World();
        var ann = Guid.NewGuid();
        var profiles = new VisitorProfiles(world.Executor, world.Sealer, world.Clock);
        foreach (var command in new VisitorCommand[]
                 {
                     new VisitorCommand.StartSession(ann, ann, 1990, 2026, true, "1", "", world.Clock.GetUtcNow()),
                     new VisitorCommand.Erase(ann, ann, world.Clock.GetUtcNow()),
                 })
        {
            await world.Executor.Execute(Visitor.Decider, ann, command, Guid.NewGuid(), EventMetadata.System, CancellationToken.None);
        }

        await Handler(world, new(), profiles).Handle(new(ann), CancellationToken.None);

        Assert.Empty(world.Sealer.KeptUntil);
    }

    private static NoteVisitHandler Handler(World world, RetentionOptions retention, VisitorProfiles? profiles = null) => new(
        world.Sealer, profiles ?? new(world.Executor, world.Sealer, world.Clock), Options.Create(retention), world.Clock,
        NullLogger<NoteVisitHandler>.Instance);
}
