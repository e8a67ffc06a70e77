using System.Diagnostics;
using RandomChat.Application.Bots;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>
/// Screens messages on their way: what the layers find in the text, what the sender's behaviour says about it, and what
/// the policy makes of both.
/// </summary>
public sealed class MessageScreening(ITextScreen screen, ScreeningPolicy policy, Suspicion suspicion, ScreeningMeter meter)
{
    // As long as a short sentence: two people hardly say it by chance.
    private const int TellingLetters = 24;
    private const string RepeatedRule = "behaviour/repeated";
    private const string BehaviourVersion = "1";

    internal const string FloodRule = "behaviour/flood";

    /// <summary>The verdict on a message of a live match; null where it is simply delivered. To be asked once a message.</summary>
    public Verdict? Screen(LiveMatch match, Participant sender, string body)
    {
        var began = Stopwatch.GetTimestamp();
        var found = screen.Inspect(body);
        var line = new SaidLine(found.Fingerprint, found.Letters >= TellingLetters, found.LeadsAway);
        IReadOnlyList<Finding> findings = found.Findings;
        if (suspicion.Said(sender.DeviceId, match.PartnerOf(sender).VisitorId, line, sender.MessageCount + 1))
        {
            findings = [.. findings, Behaviour(RepeatedRule)];
        }

        if (suspicion.IsFlood(sender.DeviceId, sender.Pace, body.Length))
        {
            findings = [.. findings, Behaviour(FloodRule)];
        }

        var verdict = policy.Judge(findings);
        meter.Took(began);
        meter.Judged(verdict);
        return verdict;
    }

    private static Finding Behaviour(string rule) =>
        new(ScreeningLayer.Behaviour, ScreeningCategory.Spam, Severity.Severe, 1, rule, BehaviourVersion);
}

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
