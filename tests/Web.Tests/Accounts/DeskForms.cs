using System.Text.RegularExpressions;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>The desk's pages without a browser's window.</summary>
internal static partial class DeskForms
{
    /// <summary>Sends a form of a page, with what protects it.</summary>
    /// <param name="page">The page's text.</param>
    public static Task<HttpResponseMessage> PostForm(this HttpClient browser, string path, string page, params (string Name, string Value)[] fields) =>
        browser.PostAsync(path, new FormUrlEncodedContent(
            fields.Append(("__RequestVerificationToken", Token().Match(page).Groups[1].Value)).Select(field => KeyValuePair.Create(field.Item1, field.Item2))));

    public static async Task<HttpResponseMessage> SignIn(this HttpClient browser, string name, string password, string code, string? returnUrl)
    {
        var page = await browser.GetStringAsync("/admin/sign-in");
        return await browser.PostForm("/admin/sign-in", page, ("username", name), ("password", password), ("code", code), ("returnUrl", returnUrl ?? ""));
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
