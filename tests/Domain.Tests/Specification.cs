using RandomChat.Domain;

namespace RandomChat.Domain.Tests;

/// <summary>
/// A rule as an example: <c>rules.Given(events).When(command).Then(event, Twice.ChangesNothing)</c>. Whoever says what
/// happens has to say what happens when the same command comes again, since in practice it does.
/// </summary>
public static class Specification
{
    public static GivenEvents<TCommand, TEvent, TState> Given<TCommand, TEvent, TState>(
        this Decider<TCommand, TEvent, TState> decider, params TEvent[] events) => new(decider, events);
}

public sealed class GivenEvents<TCommand, TEvent, TState>(Decider<TCommand, TEvent, TState> decider, TEvent[] given)
{
    public WhenDecided<TCommand, TEvent, TState> When(TCommand command) => new(decider, given, command);
}

public sealed class WhenDecided<TCommand, TEvent, TState>(Decider<TCommand, TEvent, TState> decider, TEvent[] given, TCommand command)
{
    /// <summary>Exactly this happens, and the same command once more does what <paramref name="twice"/> says.</summary>
    public void Then(TEvent happened, Twice twice) => Then([happened], twice);

    /// <summary>The same for several events, in their order.</summary>
    public void Then(IReadOnlyList<TEvent> happened, Twice twice)
    {
        var first = Decide(given);
        Assert.Equal(happened, Assert.IsType<Decision<TEvent>.Accepted>(first).Events);

        var second = Decide([.. given, .. happened]);
        switch (twice)
        {
            case Twice.Nothing:
                Assert.Empty(Assert.IsType<Decision<TEvent>.Accepted>(second).Events);
                break;
            case Twice.Same:
                Assert.Equal(happened, Assert.IsType<Decision<TEvent>.Accepted>(second).Events);
                break;
            case Twice.Differently:
                Assert.NotEqual(happened, Assert.IsType<Decision<TEvent>.Accepted>(second).Events);
                break;
            case Twice.Refused refused:
                Assert.Equal(refused.Code, Assert.IsType<Decision<TEvent>.Rejected>(second).Reason.Code);
                break;
        }
    }

    /// <summary>It is so already: accepted, and nothing happens.</summary>
    public void ThenNothing() => Assert.Empty(Assert.IsType<Decision<TEvent>.Accepted>(Decide(given)).Events);

    /// <summary>Refused with this code and a sentence for people.</summary>
    public void ThenRefused(string code)
    {
        var reason = Assert.IsType<Decision<TEvent>.Rejected>(Decide(given)).Reason;
        Assert.Equal(code, reason.Code);
        Assert.EndsWith(".", reason.Message, StringComparison.Ordinal);
    }

    private Decision<TEvent> Decide(TEvent[] history) => decider.Decide(command, decider.Fold(history));
}

/// <summary>What the same command does when it comes a second time.</summary>
public abstract record Twice
{
    private Twice()
    {
    }

    public sealed record Nothing : Twice;

    public sealed record Same : Twice;

    public sealed record Differently : Twice;

    public sealed record Refused(string Code) : Twice;

    public static Twice ChangesNothing { get; } = new Nothing();

    /// <summary>It happens again: each time is news of its own.</summary>
    public static Twice HappensAgain { get; } = new Same();

    /// <summary>It happens again, but not all of it.</summary>
    public static Twice HappensDifferently { get; } = new Differently();

    public static Twice IsRefused(string code) => new Refused(code);
}
