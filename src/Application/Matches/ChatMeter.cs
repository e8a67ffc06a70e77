using System.Diagnostics;
using System.Diagnostics.Metrics;
using RandomChat.Application.Bots;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Matches;

/// <summary>
/// What visitors do, on the meter <see cref="Meter"/>; <c>docs/metrics.md</c> lists it. Labels have few values, and who it was
/// is in none.
/// </summary>
public sealed class ChatMeter
{
    public const string Meter = "RandomChat.Chat";

    private static readonly InstrumentAdvice<double> Waits = new() { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300] };
    private static readonly InstrumentAdvice<double> Lengths = new() { HistogramBucketBoundaries = [5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200] };
    private static readonly InstrumentAdvice<double> Answers = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5] };

    private readonly Histogram<double> wait;
    private readonly Histogram<double> length;
    private readonly Counter<long> messages;
    private readonly Histogram<double> answer;
    private readonly Counter<long> calls;
    private readonly Counter<long> reports;
    private readonly Counter<long> captcha;
    private readonly Counter<long> challenges;
    private readonly Histogram<double> proof;

    public ChatMeter(IMeterFactory meters)
    {
        var meter = meters.Create(Meter);
        wait = meter.CreateHistogram("randomchat.match.wait", "s", "How long whoever was matched had waited.", advice: Waits);
        length = meter.CreateHistogram("randomchat.match.length", "s", "How long matches lasted.", advice: Lengths);
        messages = meter.CreateCounter<long>("randomchat.messages", "{message}", "Messages that were sent, by what became of them.");
        answer = meter.CreateHistogram("randomchat.message.duration", "s", "From a message's arrival to its acknowledgement, on the node that owns the match.", advice: Answers);
        calls = meter.CreateCounter<long>("randomchat.calls", "{side}", "Sides of video matches that ended, by the way their call went.");
        reports = meter.CreateCounter<long>("randomchat.reports", "{report}", "Reports received, by reason.");
        captcha = meter.CreateCounter<long>("randomchat.captcha.checks", "{check}", "Steps that asked for a proof of work, by outcome.");
        challenges = meter.CreateCounter<long>("randomchat.captcha.challenges", "{challenge}", "Proofs of work that were asked for, by how suspect who asked was.");
        proof = meter.CreateHistogram("randomchat.captcha.proof", "s", "From a challenge to its proof, in whole seconds: what it costs a visitor.", advice: Waits);
    }

    public void Matched(ChatMode mode, long waitedMilliseconds) => wait.Record(waitedMilliseconds / 1000.0, new KeyValuePair<string, object?>("mode", Word(mode)));

    public void Ended(LiveMatch match, MatchEndReason reason, TimeSpan lasted)
    {
        var mode = match.Started.First.Mode;
        length.Record(lasted.TotalSeconds, new("mode", Word(mode)), new("reason", Word(reason)));
        if (mode == ChatMode.Video)
        {
            foreach (var side in new[] { match.First, match.Second })
            {
                calls.Add(1, new KeyValuePair<string, object?>("path", side.Call is { } call ? Word(call.Path) : "none"));
            }
        }
    }

    /// <param name="outcome"><c>delivered</c>, <c>blocked</c>, the code of a refusal, <c>unavailable</c>, <c>moved</c> or <c>failed</c>.</param>
    public void Sent(string outcome, long startedAt)
    {
        messages.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        answer.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
    }

    public void Reported(ReportReason reason) => reports.Add(1, new KeyValuePair<string, object?>("reason", Word(reason)));

    public void Challenged(SuspicionStep suspicion) => challenges.Add(1, new KeyValuePair<string, object?>("suspicion", Word(suspicion)));

    public void Proved(long seconds) => proof.Record(seconds);

    public void Checked(CaptchaStep step, CaptchaVerdict verdict) => captcha.Add(1, new("step", Word(step)), new("outcome", Word(verdict)));

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
