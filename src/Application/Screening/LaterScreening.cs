using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>A message that its partner has already.</summary>
/// <param name="Found">What was found in it on its way.</param>
/// <param name="Verdict">What came of that; null where it was simply delivered.</param>
/// <param name="FromConnection">Where it was sent from; null over REST.</param>
public sealed record DeliveredMessage(
    LiveMatch Match, Participant Sender, MessageAnswer Answer, string Body, IReadOnlyList<Finding> Found, Verdict? Verdict, string? FromConnection);

/// <summary>
/// Asks classifiers about messages after their delivery, on nobody's way: the one at hand about each, one at a time, on a
/// fixed share of one core; a hosted one besides, about so many at once, since it is waited for and not worked for. Where
/// one cannot keep up it passes messages over and counts them; what waits is in memory and lost with the process. What both
/// say is judged as one: a message gets one verdict more at most, which is recorded on its match, and a warned sender is told.
/// </summary>
public sealed class LaterScreening(
    Classifiers classifiers, ScreeningPolicy policy, Verdicts verdicts, IVisitorConnections connections, ScreeningMeter meter,
    TimeProvider clock, IOptions<ScreeningOptions> options, IOptions<MatchOptions> matches, ILogger<LaterScreening> log)
{
    /// <summary>How many messages wait at most: 20 MB of the longest ones.</summary>
    public const int Capacity = 5_000;

    /// <summary>About how many messages a hosted classifier is asked at once.</summary>
    public const int HostedAtOnce = 8;

    /// <summary>How long a classifier may take for one message.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Timers are not finer than that; what is shorter adds up until it is worth a pause.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(20);

    private readonly ScreeningQueue queue = new(Capacity);
    private readonly AskedClassifier? local = classifiers.Local is { } one ? new("local", one, clock, log) : null;
    private readonly AskedClassifier? hosted = classifiers.Hosted is { } one ? new("hosted", one, clock, log) : null;

    // Messages whose hosted answer is waited for. The one loop of Run alone touches it.
    private readonly List<Task> elsewhere = [];

    /// <summary>Takes a message in that its partner has.</summary>
    public void Add(DeliveredMessage message)
    {
        if (options.Value.ModelCpuShare > 0 && (local ?? hosted) is not null)
        {
            meter.PassedOver(ScreeningMeter.Full, queue.Add(message));
        }
    }

    /// <summary>A match was reported: what waits of it goes first.</summary>
    public void Hurry(Guid matchId) => queue.Hurry(matchId);

    /// <summary>A visitor was erased: what waits of theirs is shown to no classifier.</summary>
    public void Forget(Guid visitorId) => queue.Forget(visitorId);

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task Run(CancellationToken ct)
    {
        var owed = TimeSpan.Zero;
        while (true)
        {
            var message = await queue.Take(ct);
            if (clock.GetUtcNow() - message.Answer.SentAt > matches.Value.MessageRetention)
            {
                meter.PassedOver(ScreeningMeter.Old, 1);
                continue;
            }

            owed += await Screen(message, ct) * ((1 / options.Value.ModelCpuShare) - 1);
            if (owed >= LeastPause)
            {
                await Task.Delay(owed, clock, ct);
                owed = TimeSpan.Zero;
            }
        }
    }

    /// <returns>How long this thread worked on it; waiting for somebody else's answer is no work.</returns>
    private async Task<TimeSpan> Screen(DeliveredMessage message, CancellationToken ct)
    {
        foreach (var answered in elsewhere.Where(task => task.IsCompleted).ToArray())
        {
            elsewhere.Remove(answered);
            await answered;
        }

        var began = clock.GetTimestamp();
        var asked = AskHosted(message, ct);
        var here = local?.Ask(message.Body, ct);
        var worked = clock.GetElapsedTime(began);
        var scores = here is null ? null : await here;
        if (here is not null && scores is null)
        {
            meter.PassedOver(ScreeningMeter.NoAnswer, 1);
        }

        if (asked is null)
        {
            Judge(message, scores, null);
        }
        else
        {
            elsewhere.Add(JudgeWithHosted(message, scores, asked));
        }

        return worked;
    }

    /// <returns>Null where it is not asked.</returns>
    private Task<Classification?>? AskHosted(DeliveredMessage message, CancellationToken ct)
    {
        if (hosted is null)
        {
            return null;
        }

        if (elsewhere.Count >= HostedAtOnce)
        {
            meter.PassedOver(ScreeningMeter.HostedBusy, 1);
            return null;
        }

        return hosted.Ask(message.Body, ct);
    }

    private async Task JudgeWithHosted(DeliveredMessage message, Classification? scores, Task<Classification?> asked)
    {
        var hostedScores = await asked;
        if (hostedScores is null)
        {
            meter.PassedOver(ScreeningMeter.HostedNoAnswer, 1);
        }

        Judge(message, scores, hostedScores);
    }

    private void Judge(DeliveredMessage message, Classification? scores, Classification? hostedScores)
    {
        var found = new[] { scores, hostedScores }.OfType<Classification>().Aggregate(message.Found, policy.WithScores);
        var verdict = policy.JudgeDelivered(found);
        if (verdict is null || verdict.Rule == message.Verdict?.Rule)
        {
            return;
        }

        meter.Judged(verdict);
        var (match, answer) = (message.Match, message.Answer);
        verdicts.RecordSoon(match.Id, new(answer.MessageId, answer.Sequence, message.Sender.VisitorId, verdict, answer.SentAt, clock.GetUtcNow()));
        if (verdict.Action == ScreeningAction.Warn && message.Verdict?.Action != ScreeningAction.Warn
            && message.FromConnection is { } connection && !match.IsEnded)
        {
            connections.PushTo(connection, ScreeningWords.LaterNoticeOf(verdict));
        }
    }
}
