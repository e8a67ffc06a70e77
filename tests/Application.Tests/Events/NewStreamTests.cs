using RandomChat.Application.Events;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain;

namespace RandomChat.Application.Tests.Events;

/// <summary>A command whose stream nobody has begun, as far as is known.</summary>
public sealed class NewStreamTests
{
    private static readonly Decider<string, Noted, IReadOnlyList<string>> Notes = new(
        "notes", [],
        (command, state) => state.Count == 0 ? new Noted(command) : new Rejection("notes.full", "One is enough."),
        (state, noted) => [.. state, noted.Text]);

    private static readonly EventCodec Codec = new(new EventTypeMap().Add<Noted>("notes.noted.v1"));

    private readonly FaultyEventStore log = new();
    private readonly Guid id = Guid.NewGuid();

    [Fact]
    public async Task It_is_begun_without_being_read()
    {
        log.IsUnreadable = true;

        var done = Assert.IsType<Executed<Noted, IReadOnlyList<string>>.Done>(await Note("first", Guid.NewGuid()));

        Assert.Equal(["first"], done.State);
        Assert.Equal(0, done.Revision);
    }

    [Fact]
    public async Task Where_somebody_has_begun_it_that_counts()
    {
        await Note("theirs", Guid.NewGuid());

        var refused = Assert.IsType<Executed<Noted, IReadOnlyList<string>>.Refused>(await Note("mine", Guid.NewGuid()));

        Assert.Equal("notes.full", refused.Reason.Code);
        Assert.Equal(["theirs"], refused.State);
        Assert.Single(log.All);
    }

    [Fact]
    public async Task The_same_command_again_is_done_already()
    {
        var command = Guid.NewGuid();
        await Note("first", command);

        var again = Assert.IsType<Executed<Noted, IReadOnlyList<string>>.Done>(await Note("first", command));

        Assert.Equal(["first"], again.State);
        Assert.Single(log.All);
    }

    [Theory]
    [InlineData(FaultyEventStore.Fault.AnswerLost)]
    [InlineData(FaultyEventStore.Fault.RequestLost)]
    public async Task An_unknown_outcome_is_looked_up(FaultyEventStore.Fault fault)
    {
        log.Break("notes", fault);

        var done = Assert.IsType<Executed<Noted, IReadOnlyList<string>>.Done>(await Note("first", Guid.NewGuid()));

        Assert.Equal(["first"], done.State);
        Assert.Single(log.All);
    }

    private Task<Executed<Noted, IReadOnlyList<string>>> Note(string text, Guid commandId) => new CommandExecutor(log, Codec).Execute(
        Notes, id, text, commandId, EventMetadata.System, CancellationToken.None, isNew: true);

    public sealed record Noted(string Text);
}
