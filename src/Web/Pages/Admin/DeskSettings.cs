using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>How somebody of the staff wants to read, kept in a cookie that goes to the desk alone and says nothing about them.</summary>
/// <param name="IsGrey">Pictures without colour.</param>
/// <param name="Text">One of <see cref="Texts"/>.</param>
/// <param name="PauseEvery">One of <see cref="PausePolicy.Choices"/>.</param>
public sealed record DeskSettings(bool IsGrey, string Text, int PauseEvery)
{
    private const string Cookie = "rc_desk";

    public static IReadOnlyList<(string Value, string Words)> Texts { get; } = [("usual", "Usual"), ("large", "Large"), ("larger", "Larger")];

    /// <summary>What the style sheet goes by.</summary>
    public string Classes => $"text-{Text}{(IsGrey ? " grey" : "")}";

    /// <summary>What was chosen; whatever is not a choice is as if nothing was.</summary>
    public static DeskSettings Of(HttpContext context)
    {
        var kept = new QueryCollection(QueryHelpers.ParseQuery(context.Request.Cookies[Cookie]));
        return From(kept["grey"] == "on", kept["text"].ToString(), int.TryParse(kept["pause"], CultureInfo.InvariantCulture, out var every) ? every : 0);
    }

    public static DeskSettings From(bool isGrey, string? text, int pauseEvery) => new(
        isGrey, Texts.Any(choice => choice.Value == text) ? text! : Texts[0].Value,
        PausePolicy.Choices.Contains(pauseEvery) ? pauseEvery : PausePolicy.Choices[0]);

    public void Keep(HttpContext context) => context.Response.Cookies.Append(
        Cookie, string.Create(CultureInfo.InvariantCulture, $"grey={(IsGrey ? "on" : "off")}&text={Text}&pause={PauseEvery}"), new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = context.Request.IsHttps,
            Path = StaffCookie.Path,
            MaxAge = TimeSpan.FromDays(365),
            IsEssential = true,
        });
}
