using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>Screens what visitors say about themselves before anybody sees it: names and interests are shown to strangers unasked.</summary>
public sealed class ProfileScreening(ITextScreen screen, ScreeningPolicy policy, ScreeningMeter meter)
{
    /// <summary>
    /// <c>invalid</c> where one of the texts is anything but delivered by the policy, a warning included: nobody answers for
    /// a name in a chat. Null where all are fine.
    /// </summary>
    /// <param name="field">The field that they were given in, camelCase.</param>
    public Refusal? Refuse(string field, params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (VerdictOn(text) is { } verdict)
            {
                return Refusal.Invalid(field, $"Please choose something else: this looks like {ScreeningWords.Kind(verdict)}.");
            }
        }

        return null;
    }

    /// <summary>The verdict on a text that is kept whatever it says, such as a report's comment; null where it is fine.</summary>
    public Verdict? VerdictOn(string text)
    {
        var verdict = policy.Judge(screen.Inspect(text).Findings);
        meter.Judged(verdict);
        return verdict;
    }
}
