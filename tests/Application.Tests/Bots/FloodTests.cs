using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Bots;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Tests.Bots;

/// <summary>Who says more than anybody types, and who only types fast or pastes much.</summary>
public sealed class FloodTests(ITestOutputHelper output)
{
    private const int Matches = 200;
    private static readonly TimeSpan Match = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_message_of_people_who_type_fast_or_paste_is_taken_for_a_flood(int seed)
    {
        foreach (var (kind, says) in People)
        {
            var (said, flooding, _) = Live(new(seed), says);
            output.WriteLine($"{kind}: {flooding} of {said}");
            Assert.Equal(0, flooding);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Programs_that_flood_are_noticed_by_most_of_their_messages_and_asked_again(int seed)
    {
        foreach (var (kind, says) in Programs)
        {
            var (said, flooding, worst) = Live(new(seed), says);
            output.WriteLine($"{kind}: {flooding} of {said}, {worst}");
            Assert.InRange((double)flooding / said, 0.9, 1);
            Assert.True(worst >= SuspicionStep.AskedAgain, $"{kind} is {worst}.");
        }
    }

    [Fact]
    public void The_longest_message_is_no_flood_and_a_pause_ends_one()
    {
        var (clock, pace) = (new FakeTimeProvider(), new Pace());
        var suspicion = new Suspicion(clock);
        bool Says(int length) => suspicion.IsFlood(Guid.NewGuid(), pace, length);

        Assert.False(Says(MessagePolicy.MaximumLength));
        for (var message = 2; message <= 5; message++)
        {
            Assert.False(Says(MessagePolicy.MaximumLength));
        }

        Assert.True(Says(1));
        clock.Advance(FloodPolicy.Window + TimeSpan.FromSeconds(1));
        Assert.False(Says(MessagePolicy.MaximumLength));
    }

    [Fact]
    public void Without_limits_and_captcha_nothing_is_counted()
    {
        var suspicion = new Suspicion(new FakeTimeProvider(), Options.Create(new BotOptions { Enabled = false }));
        var pace = new Pace();

        Assert.DoesNotContain(Enumerable.Repeat(0, 100), _ => suspicion.IsFlood(Guid.NewGuid(), pace, MessagePolicy.MaximumLength));
    }

    private static readonly (string Kind, Func<Random, (double Pause, int Length)> Says)[] People =
    [
        // 120 words a minute, in lines of one to eight words, reading now and then.
        ("fast typist", chance => Typed(chance, words: chance.Next(1, 9), wordsAMinute: 120)),
        ("one word a line", chance => Typed(chance, words: chance.Next(1, 3), wordsAMinute: 90)),
        ("screen reader", chance => Typed(chance, words: chance.Next(4, 20), wordsAMinute: 60)),
        ("paster", chance => (chance.NextDouble() < 0.3 ? Between(chance, 10, 60) : Between(chance, 3, 10), chance.Next(50, 900))),
        ("paster of poems", chance => (Between(chance, 7, 30), chance.Next(800, MessagePolicy.MaximumLength + 1))),
    ];

    private static readonly (string Kind, Func<Random, (double Pause, int Length)> Says)[] Programs =
    [
        ("as fast as the limit", _ => (1, 12)),
        ("unevenly", chance => (Between(chance, 0.6, 1.5), chance.Next(5, 60))),
        ("walls of text", _ => (2, MessagePolicy.MaximumLength)),
    ];

    /// <summary>Many matches of one device, each with a partner of its own.</summary>
    private static (int Said, int Flooding, SuspicionStep Worst) Live(Random chance, Func<Random, (double Pause, int Length)> says)
    {
        var (clock, device) = (new FakeTimeProvider(), Guid.NewGuid());
        var suspicion = new Suspicion(clock);
        var (said, flooding) = (0, 0);
        for (var match = 0; match < Matches; match++)
        {
            var (pace, end) = (new Pace(), clock.GetUtcNow() + Match);
            while (clock.GetUtcNow() < end)
            {
                var (pause, length) = says(chance);
                clock.Advance(TimeSpan.FromSeconds(pause));
                said++;
                flooding += suspicion.IsFlood(device, pace, length) ? 1 : 0;
            }
        }

        return (said, flooding, suspicion.StepFor(device, "address"));
    }

    private static (double Pause, int Length) Typed(Random chance, int words, double wordsAMinute)
    {
        var reads = chance.NextDouble() < 0.15 ? Between(chance, 2, 15) : Between(chance, 0.3, 1);
        return ((words * 60 / wordsAMinute) + reads, words * 6);
    }

    private static double Between(Random chance, double least, double most) => least + (chance.NextDouble() * (most - least));
}
