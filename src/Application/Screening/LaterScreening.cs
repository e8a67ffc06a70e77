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
/// Asks classifiers about messages after their delivery: one at a time, on a fixed share of one core, so that nobody waits
/// for it, whatever it does. Where it cannot keep up it passes messages over and counts them; what waits is in memory and
/// lost with the process. Verdicts are recorded on the match, and a warned sender is told.
/// </summary>
public sealed class LaterScreening(
    Classifiers classifiers, ScreeningPolicy policy, Verdicts verdicts, IVisitorConnections connections, ScreeningMeter meter,
    TimeProvider clock, IOptions<ScreeningOptions> options, ILogger<LaterScreening> log)
{
    /// <summary>How many messages wait at most: 20 MB of the longest ones.</summary>
    public const int Capacity = 5_000;

    /// <summary>How long a classifier may take for one message.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // Timers are not finer than that; what is shorter adds up until it is worth a pause.
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(20);

    private readonly ScreeningQueue queue = new(Capacity);
    private bool isAnswerless;

    /// <summary>Takes a message in that its partner has.</summary>
    public void Add(DeliveredMessage message)
    {
        if (options.Value.ModelCpuShare > 0 && classifiers.AfterDelivery.Count > 0)
        {
            meter.PassedOver(ScreeningMeter.Full, queue.Add(message));
        }
    }

    /// <summary>A match was reported: what waits of it goes first.</summary>
    public void Hurry(Guid matchId) => queue.Hurry(matchId);

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task Run(CancellationToken ct)
    {
        var owed = TimeSpan.Zero;
        while (true)
        {
            var message = await queue.Take(ct);
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
        var worked = TimeSpan.Zero;
        foreach (var classifier in classifiers.AfterDelivery)
        {
            using var asking = CancellationTokenSource.CreateLinkedTokenSource(ct);
            try
            {
                var began = clock.GetTimestamp();
                var asked = classifier.Classify(message.Body, asking.Token);
                worked += clock.GetElapsedTime(began);
                Judge(message, await asked.WaitAsync(Patience, clock, ct));
                isAnswerless = false;
                return worked;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                await asking.CancelAsync();
                if (!isAnswerless)
                {
                    LogMessages.NoClassification(log, e);
                }

                isAnswerless = true;
            }
        }

        meter.PassedOver(ScreeningMeter.NoAnswer, 1);
        return worked;
    }

    private void Judge(DeliveredMessage message, Classification classification)
    {
        var verdict = policy.JudgeDelivered(policy.WithScores(message.Found, classification));
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
