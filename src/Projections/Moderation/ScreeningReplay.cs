using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Application.Screening;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>What one policy makes of something, and what another does.</summary>
internal sealed record ScreeningChange(ScreeningCategory? Category, ScreeningAction Was, ScreeningAction WouldBe);

/// <summary>
/// What another policy would have made of the recorded verdicts and of the messages that reports and flags sealed as evidence, as
/// far as their keys exist. Behaviour and the hosted classifier are known of verdicts alone: evidence is screened message by
/// message, by the layers and the trained heads of this program.
/// </summary>
/// <param name="Verdicts">
/// A change for each recorded verdict, the same ones included. How bad a classifier's score is its policy says: such a
/// verdict stands as today's thresholds would have it, whichever it was recorded under.
/// </param>
/// <param name="Evidence">The same for each message of the evidence, today's policy beside the other.</param>
/// <param name="Sealed">Reports and flags whose evidence cannot be opened any more, or not here.</param>
internal sealed record ScreeningReplay(IReadOnlyList<ScreeningChange> Verdicts, IReadOnlyList<ScreeningChange> Evidence, int Sealed)
{
    /// <param name="sealer">Null where there are no keys here.</param>
    public static async Task<ScreeningReplay> Run(
        LogSource log, EventCodec codec, ISealer? sealer, ITextScreen screen, ITextClassifier heads, ScreeningPolicy today, ScreeningPolicy other, LogPosition? end,
        Action<LogPosition> passed, CancellationToken ct)
    {
        var verdicts = new List<ScreeningChange>();
        var evidence = new List<ScreeningChange>();
        var closed = 0;
        await foreach (var recorded in log.LastingUntil(end, ct))
        {
            switch (codec.Decode(recorded))
            {
                case MatchEvent.MessageScreened { Verdict: var verdict }:
                    verdicts.Add(ChangeOf(verdict, today, other));
                    break;

                case ICaseItem { Evidence: { } kept } item when sealer is not null && await sealer.OpenForCase(item.Id, kept, ct) is { } json:
                    foreach (var message in JsonSerializer.Deserialize<Evidence>(json, EventCodec.Json)?.Messages ?? [])
                    {
                        var found = screen.Inspect(message.Body).Findings;
                        var scores = await heads.Classify(message.Body, ct);
                        var (was, wouldBe) = (today.Judge(today.WithScores(found, scores)), other.Judge(other.WithScores(found, scores)));
                        evidence.Add(new((wouldBe ?? was)?.Category, ActionOf(was), ActionOf(wouldBe)));
                    }

                    break;

                case ICaseItem { Evidence: not null }:
                    closed++;
                    break;
            }

            passed(recorded.Position);
        }

        return new(verdicts, evidence, closed);
    }

    private static ScreeningAction ActionOf(Verdict? verdict) => verdict?.Action ?? ScreeningAction.Deliver;

    private static ScreeningChange ChangeOf(Verdict verdict, ScreeningPolicy today, ScreeningPolicy other)
    {
        var layer = Finding.LayerOf(verdict.Rule);
        if (layer == ScreeningLayer.Model)
        {
            return new(verdict.Category, ByScore(verdict, today), ByScore(verdict, other));
        }

        var found = new Finding(layer, verdict.Category, verdict.Severity, verdict.Score, verdict.Rule, verdict.RuleVersion);
        return new(verdict.Category, verdict.Action, ActionOf(other.Judge([found])));
    }

    /// <summary>What a policy makes of a classifier's score. Where that blocked, something stood beside it that let it.</summary>
    private static ScreeningAction ByScore(Verdict verdict, ScreeningPolicy policy)
    {
        var action = policy.SeverityOf(Finding.ModelOf(verdict.Rule), verdict.Category, verdict.Score) is { } severity
            ? policy.Actions.GetValueOrDefault((verdict.Category, severity))
            : ScreeningAction.Deliver;
        return action == ScreeningAction.Block && verdict.Action != ScreeningAction.Block ? ScreeningAction.Flag : action;
    }
}
