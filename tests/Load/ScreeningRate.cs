using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Bots;
using RandomChat.Application.Matches;
using RandomChat.Application.Screening;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Infrastructure.Screening;
using Spectre.Console;

namespace RandomChat.Load;

/// <summary>What the screening keeps a message on its way, layer by layer, on one thread.</summary>
internal static class ScreeningRate
{
    private const int Rounds = 9;
    private static readonly TimeSpan RoundLength = TimeSpan.FromMilliseconds(200);

    // As people write here: mostly short, a few that something is found in.
    private static readonly string[] Messages =
    [
        "hi", "hey, m or f?", "where are you from", "lol", "haha no way", "I'm from Leeds, you?",
        "what do you do when you're not on here?", "nice, I study biology, second year, it is a lot of work but I like it",
        "ok that's actually really funny 😂", "how old are you", "brb", "did you see the match last night? what a goal",
        "I've been learning the guitar for about six months now and my neighbours hate me already, but we'll see who gives up first",
        "no worries :)", "call me on 07700 900123", "look at https://example.org/a/page?x=1", "you are such an idiot", "fuck off",
        "Привет, как дела?", "was machst du so am Wochenende?",
    ];

    public static int Run()
    {
        var screen = new LocalTextScreen();
        var policy = ScreeningPolicyFile.Read(null);
        using var meters = new Meters();
        using var match = Match();
        var screening = new MessageScreening(screen, new(null), policy, new(new Slowly(), null), new(meters), NullLogger<MessageScreening>.Instance);

        AnsiConsole.WriteLine($"{Messages.Length} messages of {Messages.Average(message => message.Length):F0} characters on average, one thread, best of {Rounds} rounds.");
        var (text, all) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            // By turns, so that both meet the same machine and the same compiled code.
            text = Math.Min(text, MicrosecondsEach(message => screen.Inspect(message)));
            all = Math.Min(all, MicrosecondsEach(message => screening.Screen(match, match.First, message)));
        }

        AnsiConsole.WriteLine($"normaliser, lexicon, contact details and links: {text:F1} µs a message");
        AnsiConsole.WriteLine($"all local layers, behaviour, policy and meter included: {all:F1} µs a message");
        return 0;
    }

    private static double MicrosecondsEach(Action<string> screen)
    {
        var (began, count) = (Stopwatch.GetTimestamp(), 0);
        do
        {
            foreach (var message in Messages)
            {
                screen(message);
            }

            count += Messages.Length;
        }
        while (Stopwatch.GetElapsedTime(began) < RoundLength);
        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / count;
    }

    private static LiveMatch Match()
    {
        Participant Side() => new(Guid.NewGuid(), Guid.NewGuid(), new(ChatMode.Text, null, [], false), PublicProfile.None);
        TicketRecord Ticket(Participant side) => new(Guid.NewGuid(), side.VisitorId, side.DeviceId, ChatMode.Text, null, null, 0, AcceptAny: false, FrequentSkipper: false, DateTimeOffset.UtcNow, 0);
        var (first, second) = (Side(), Side());
        return new(new(Guid.NewGuid(), ChatMode.Text, Ticket(first), Ticket(second), 0, DateTimeOffset.UtcNow), first, second);
    }

    /// <summary>Five seconds from message to message, as people take them: what is measured is no flood.</summary>
    private sealed class Slowly : TimeProvider
    {
        private long asked;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(5 * Interlocked.Increment(ref asked));
    }

    private sealed class Meters : IMeterFactory
    {
        public Meter Create(MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
