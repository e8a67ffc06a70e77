using System.Globalization;
using RandomChat.Application;

namespace RandomChat.Web.Pages;

/// <summary>Sentences that depend on what happened.</summary>
public static class PageWords
{
    public static string For(Refusal refusal) => refusal.Code switch
    {
        "age-restricted" => "RandomChat is for adults. This browser cannot enter.",
        "terms-required" => "Please accept the terms to go on.",
        "captcha-required" or "captcha-invalid" => "We could not check this browser. Try again.",
        "no-session" => "Your session ended. Start again; it takes a moment.",
        "unavailable" => "We cannot do that just now; a part of RandomChat does not respond. Try again in a moment.",
        _ => refusal.Message,
    };

    /// <summary>The same where it stands alone, beside no field: what is wrong with the first one, if it is about fields.</summary>
    public static string Alone(Refusal refusal) => refusal.Errors?.Values.SelectMany(errors => errors).FirstOrDefault() ?? For(refusal);

    /// <summary>What to say to someone whose chat is over. Who reported or blocked is never given away.</summary>
    public static string For(RoomView.Ended ended) => ended switch
    {
        { ByMe: true } => "You left the chat.",
        { Reason: "banned" } => "This chat was ended.",
        { Reason: "server" } => "We could not bring this chat back.",
        _ => "Stranger left the chat.",
    };

    /// <summary>A time as people say it: in minutes, hours or days.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalMinutes: < 90 } => Count(span.TotalMinutes, "minute"),
        { TotalHours: <= 72 } => Count(span.TotalHours, "hour"),
        _ => Count(span.TotalDays, "day"),
    };

    /// <summary>A moment for people who may be anywhere.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("dddd, d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A moment for machines, as <c>datetime</c> of a <c>time</c> element.</summary>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>"a", "a and b", "a, b and c".</summary>
    public static string Listed(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";

    public static string Minutes(TimeSpan span) =>
        span < TimeSpan.FromMinutes(1) ? "less than a minute" : Count(span.TotalMinutes, "minute");

    private static string Count(double number, string unit)
    {
        var whole = Math.Max(1, (long)number);
        return string.Create(CultureInfo.InvariantCulture, $"{whole} {unit}{(whole == 1 ? "" : "s")}");
    }
}
