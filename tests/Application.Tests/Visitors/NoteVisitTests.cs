using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Settings;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Application.Visitors;

namespace RandomChat.Application.Tests.Visitors;

public sealed class NoteVisitTests
{
    [Fact]
    public async Task A_visit_keeps_the_visitors_key_for_the_whole_retention_from_then_on()
    {
        var world = new World();
        var ann = Guid.NewGuid();
        var handler = new NoteVisitHandler(
            world.Sealer, Options.Create(new RetentionOptions { Visitors = TimeSpan.FromDays(3) }), world.Clock, NullLogger<NoteVisitHandler>.Instance);

        world.Clock.Advance(TimeSpan.FromDays(2));
        await handler.Handle(new(ann), CancellationToken.None);

        Assert.Equal(world.Clock.GetUtcNow() + TimeSpan.FromDays(3), world.Sealer.KeptUntil[ann]);
    }

    [Fact]
    public async Task A_visit_is_welcome_though_the_key_store_is_down()
    {
        var world = new World();
        world.Sealer.IsDown = true;
        var handler = new NoteVisitHandler(world.Sealer, Options.Create(new RetentionOptions()), world.Clock, NullLogger<NoteVisitHandler>.Instance);

        await handler.Handle(new(Guid.NewGuid()), CancellationToken.None);

        Assert.Empty(world.Sealer.KeptUntil);
    }
}
