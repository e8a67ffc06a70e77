namespace RandomChat.Domain.Moderation;

/// <summary>
/// What a statement to whoever is sanctioned may begin with: the rule in plain words, and a gap for what they did. It is no statement
/// before the gap is filled in.
/// </summary>
public static class StatementTemplates
{
    /// <summary>What has to be written in its place.</summary>
    public const string Gap = "[what you did]";

    private static readonly Dictionary<string, string> Rules = new(StringComparer.Ordinal)
    {
        ["nudity"] = "Nothing sexual may be shown here, and nobody may be asked for it who has not clearly wished it.",
        ["harassment"] = "Nobody may be insulted, humiliated or pressed on after a no.",
        ["hate"] = "Nobody may be attacked for what they are or believe.",
        [Policies.Spam] = "Advertising, links to everybody, bots and requests for money are not allowed.",
        ["threat"] = "Threats of violence are not allowed, as a joke neither.",
        ["underage"] = "Nobody under 18 may be here.",
        [Policies.Other] = "That makes this place unsafe for others.",
        ["child-safety"] = "Nothing sexual that involves someone under 18 is allowed, in words, pictures or intent.",
        ["credible-threat"] = "A threat to somebody's life or body is taken seriously.",
    };

    /// <summary>The template of a policy.</summary>
    public static string For(Policy policy) => $"In a chat, {Gap}. {Rules[policy.Code]}";

    /// <summary>Whether a statement is a template of any policy still: with its gap, or with nothing in its place.</summary>
    public static bool IsUnedited(string statement) =>
        statement.Contains(Gap, StringComparison.OrdinalIgnoreCase) || Policies.All.Any(policy => Letters(statement) == Letters(For(policy).Replace(Gap, "", StringComparison.Ordinal)));

    /// <summary>White space and punctuation say nothing about what somebody did.</summary>
    private static string Letters(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToUpperInvariant();
}
