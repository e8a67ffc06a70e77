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
        { TotalMinutes: < 90 } => AtLeastOne(span.TotalMinutes, "minute"),
        { TotalHours: <= 72 } => AtLeastOne(span.TotalHours, "hour"),
        _ => AtLeastOne(span.TotalDays, "day"),
    };

    /// <summary>The same where there is little room.</summary>
    public static string Brief(TimeSpan span) => span switch
    {
        { TotalMinutes: < 90 } => Whole(span.TotalMinutes, "min"),
        { TotalHours: <= 72 } => Whole(span.TotalHours, "h"),
        _ => Whole(span.TotalDays, "d"),
    };

    /// <summary>A moment for people who may be anywhere.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("dddd, d MMMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A moment for machines, as <c>datetime</c> of a <c>time</c> element.</summary>
    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>"a", "a and b", "a, b and c".</summary>
    public static string Listed(IReadOnlyList<string> words) =>
        words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";

    public static string Minutes(TimeSpan span) =>
        span < TimeSpan.FromMinutes(1) ? "less than a minute" : AtLeastOne(span.TotalMinutes, "minute");

    /// <summary>"0 reports", "1 report", "1,200 reports".</summary>
    public static string Count(int number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {unit}{(number == 1 ? "" : "s")}");

    private static string Whole(double number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (int)number):N0} {unit}");

    private static string AtLeastOne(double number, string unit) => Count(Math.Max(1, (int)number), unit);
}
