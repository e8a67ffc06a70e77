using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages;

/// <summary>The passkeys of whoever looks, and the form for another one.</summary>
/// <param name="Path">Of the page, which takes the forms.</param>
/// <param name="UserName">Whose; for password managers.</param>
/// <param name="Problem">Why the last thing did not work, in a sentence; or null.</param>
public sealed record PasskeysView(string Path, string UserName, IReadOnlyList<PasskeyView> Passkeys, string? Problem);
