using System.Diagnostics;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Bots;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>
/// Screens messages on their way: what the layers find in the text, what the sender's behaviour says about it, and what
/// the policy makes of both. Where that is severe and nothing is blocked yet, the classifier at hand has a say too, if its
/// word can lead to a block at all: anything else it is asked about after delivery, when nobody waits.
/// </summary>
public sealed class MessageScreening(
    ITextScreen screen, Classifiers classifiers, ScreeningPolicy policy, Suspicion suspicion, ScreeningMeter meter, ILogger<MessageScreening> log)
{
    // As long as a short sentence: two people hardly say it by chance.
    private const int TellingLetters = 24;
    private const string RepeatedRule = "behaviour/repeated";
    private const string BehaviourVersion = "1";

    internal const string FloodRule = "behaviour/flood";

    private readonly ITextClassifier? classifier = policy.HasBlockingScores ? classifiers.Local : null;
    private bool isAnswerless;

    /// <summary>Screens a message of a live match. To be asked once a message: what it says and how long it is counts.</summary>
    public ScreenedText Screen(LiveMatch match, Participant sender, string body)
    {
        var began = Stopwatch.GetTimestamp();
        var found = screen.Inspect(body);
        var line = new SaidLine(found.Fingerprint, found.Letters >= TellingLetters, found.LeadsAway);
        IReadOnlyList<Finding> findings = found.Findings;
        if (suspicion.Said(sender.DeviceId, match.PartnerOf(sender).VisitorId, line, sender.MessageCount + 1))
        {
            findings = [.. findings, Behaviour(RepeatedRule, Severity.Severe)];
        }

        if (suspicion.IsFlood(sender.DeviceId, sender.Pace, body.Length))
        {
            // Less than the limit on messages lets through, which nobody is to be refused: people look at it.
            findings = [.. findings, Behaviour(FloodRule, Severity.Strong)];
        }

        var verdict = policy.Judge(findings);
        if (verdict?.Action != ScreeningAction.Block && ScreeningPolicy.LetModelsBlock(findings) && AnswerAtOnce(body) is { } classification)
        {
            findings = policy.WithScores(findings, classification);
            verdict = policy.Judge(findings);
        }

        meter.Took(began);
        meter.Judged(verdict);
        return new(findings, verdict);
    }

    /// <summary>
    /// What the classifier says without letting anybody wait; else null, and it is asked again after delivery. Whatever
    /// fails in it, the message goes on.
    /// </summary>
    private Classification? AnswerAtOnce(string body)
    {
        try
        {
            if (classifier?.Classify(body, CancellationToken.None) is not { IsCompleted: true } answered)
            {
                return null;
            }

            var answer = answered.GetAwaiter().GetResult();
            isAnswerless = false;
            return answer;
        }
        catch (Exception e)
        {
            if (!isAnswerless)
            {
                LogMessages.NoClassificationOnTheWay(log, e);
            }

            isAnswerless = true;
            return null;
        }
    }

    private static Finding Behaviour(string rule, Severity severity) =>
        new(ScreeningLayer.Behaviour, ScreeningCategory.Spam, severity, 1, rule, BehaviourVersion);
}

/// <summary>What came of screening a text.</summary>
/// <param name="Verdict">Null where it is simply delivered.</param>
public sealed record ScreenedText(IReadOnlyList<Finding> Findings, Verdict? Verdict);

/// <summary>What the sender of a screened message is told. Never anybody else.</summary>
public static class ScreeningWords
{
    public const string ContactCode = "contact-details";
    public const string GuidelinesCode = "against-guidelines";

    /// <summary>Why a message was not delivered, as the answer's <c>reason</c>.</summary>
    public static string ReasonOf(Verdict verdict) => $"It looks like {Kind(verdict)}.";

    /// <summary>What a warned sender is told beside the delivered message.</summary>
    public static Notice NoticeOf(Verdict verdict) => verdict.Category is ScreeningCategory.Contact or ScreeningCategory.Link
        ? new(ContactCode, $"Sent. That looks like {Kind(verdict)}; take care.", "warning")
        : new(GuidelinesCode, $"Sent. It looks like {Kind(verdict)}; please keep to the Community Guidelines.", "warning");

    /// <summary>The same where it comes some time after the message, and others may stand in between.</summary>
    public static Notice LaterNoticeOf(Verdict verdict) => verdict.Category is ScreeningCategory.Contact or ScreeningCategory.Link
        ? new(ContactCode, $"One of your messages looks like {Kind(verdict)}; take care.", "warning")
        : new(GuidelinesCode, $"One of your messages looks like {Kind(verdict)}; please keep to the Community Guidelines.", "warning");

    /// <summary>What a text was taken for, in words that fit behind "it looks like".</summary>
    public static string Kind(Verdict verdict) => verdict.Category switch
    {
        ScreeningCategory.Toxic => "an insult",
        ScreeningCategory.Hate => "hate speech",
        ScreeningCategory.Threat => "a threat",
        ScreeningCategory.Sexual => "sexual talk",
        ScreeningCategory.ChildSafety => "sexual talk about children",
        ScreeningCategory.Spam when verdict.Rule == MessageScreening.FloodRule => "more at once than anybody can read",
        ScreeningCategory.Spam => "spam",
        ScreeningCategory.Link => "a link",
        _ => verdict.Rule switch
        {
            "contact/phone" => "a phone number",
            "contact/email" => "an e-mail address",
            _ => "a way to reach you elsewhere",
        },
    };
}
