namespace RandomChat.Domain.Moderation;

/// <summary>How bad breaking a policy is.</summary>
public enum PolicySeverity
{
    /// <summary>A nuisance.</summary>
    Minor,

    /// <summary>Hurts somebody.</summary>
    Serious,

    /// <summary>Makes somebody afraid.</summary>
    Grave,

    /// <summary>Once is enough.</summary>
    Severe,
}

/// <summary>One rule of the community.</summary>
/// <param name="Code">What stands in events and in the public interface; never changes.</param>
/// <param name="Title">A word or two for people.</param>
/// <param name="Reason">The report reason that it goes by, or null where only staff name it.</param>
/// <param name="Meaning">What is not allowed, in whole sentences.</param>
public sealed record Policy(string Code, string Title, PolicySeverity Severity, ReportReason? Reason, string Meaning)
{
    /// <summary>Whether few may see a case of it, and its evidence is kept for longer.</summary>
    public bool IsSevere => Severity == PolicySeverity.Severe;

    /// <summary>How much one breach counts on the ladder; see <see cref="SanctionLadder"/>.</summary>
    public int Strikes => Severity switch
    {
        PolicySeverity.Minor => 1,
        PolicySeverity.Serious => 2,
        PolicySeverity.Grave => 4,
        _ => SanctionLadder.Permanent,
    };

    /// <summary>How long those strikes count.</summary>
    public TimeSpan StrikesLast => Severity switch
    {
        PolicySeverity.Minor => TimeSpan.FromDays(30),
        PolicySeverity.Serious => TimeSpan.FromDays(90),
        PolicySeverity.Grave => TimeSpan.FromDays(180),
        _ => TimeSpan.FromDays(365),
    };

    /// <summary>What breaking it leads to, in a sentence for people.</summary>
    public string LeadsTo => Severity == PolicySeverity.Severe
        ? "Removal for good, at the first time."
        : $"{SanctionLadder.Named(SanctionLadder.StepFor(Strikes))} at the first time, more each time within {StrikesLast.TotalDays:0} days.";
}

/// <summary>
/// The rules of the community: what guidelines, report reasons and statements to whoever is sanctioned all name. Every
/// action of moderation names one of them.
/// </summary>
public static class Policies
{
    /// <summary>The policy that says too little to act on without looking.</summary>
    public const string Other = "other";

    /// <summary>The policy that programs break.</summary>
    public const string Spam = "spam";

    /// <summary>In the order in which people read them: first those that a report can name.</summary>
    public static IReadOnlyList<Policy> All { get; } =
    [
        new("nudity", "Nudity", PolicySeverity.Serious, ReportReason.Nudity,
            "No nudity and nothing sexual on camera or in pictures, and no sexual messages to someone who has not clearly asked for them. Asking strangers again and again for sexual talk or pictures is not allowed either."),
        new("harassment", "Harassment", PolicySeverity.Serious, ReportReason.Harassment,
            "No insults, no humiliation, no pressing on after a no, no following someone from chat to chat. Do not expose who somebody is, and do not threaten to publish a chat or a picture."),
        new("hate", "Hate speech", PolicySeverity.Grave, ReportReason.Hate,
            "No attacks on people for their origin, skin colour, religion, disability, sex, gender, sexual orientation, age or any such thing; no slurs, no symbols of hate, no praise of those who acted on it. Talking about these subjects, or about yourself, is fine."),
        new(Spam, "Spam", PolicySeverity.Minor, ReportReason.Spam,
            "No advertising, no links that you send to everybody, no bots, no requests for money, no fraud and no attempts to draw people to other sites or to get at their accounts."),
        new("threat", "Threat", PolicySeverity.Grave, ReportReason.Threat,
            "No threats of violence, no calls for it, no instructions for it, and nothing that drives someone to harm themselves. Jokes count when the other person cannot tell."),
        new("underage", "Someone under age", PolicySeverity.Severe, ReportReason.Underage,
            "Nobody under 18 may be here, whatever they say about it. If you think you are talking to someone under age, stop, and report the chat."),
        new(Other, "Other", PolicySeverity.Minor, ReportReason.Other,
            "Whatever else makes this place unsafe or breaks the law or the terms: trade in drugs, weapons or stolen things, pretending to be someone else in order to harm, recording people without their consent. Tell us in the comment what it was."),
        new("child-safety", "Child safety", PolicySeverity.Severe, null,
            "Nothing sexual that involves someone under 18, in words, pictures or intent. It is kept as evidence for a year and reported to the authorities."),
        new("credible-threat", "Credible threat", PolicySeverity.Severe, null,
            "No threat to a person's life or body that somebody has to take seriously. It is kept as evidence for a year and can be handed to the authorities."),
    ];

    /// <summary>The policy of a code, or null where there is none.</summary>
    public static Policy? Find(string code) => All.FirstOrDefault(policy => policy.Code == code);

    /// <summary>Whether a code is that of a severe policy; false of null and of an unknown one.</summary>
    public static bool IsSevere(string? code) => code is not null && Find(code) is { IsSevere: true };

    /// <summary>The policy that a report's reason names.</summary>
    public static Policy For(ReportReason reason) => All.First(policy => policy.Reason == reason);
}
