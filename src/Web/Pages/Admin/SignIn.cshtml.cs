using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages.Admin;

/// <summary>The door of the desk.</summary>
[AllowAnonymous]
public sealed class SignInModel(StaffSignIn signIn, StaffPasskeys passkeys, SignInLimits limits) : PageModel
{
    [BindProperty]
    public string? Username { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty]
    public string? Code { get; set; }

    /// <summary>Where somebody wanted to go; only followed inside this site.</summary>
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    /// <summary>Why it did not work, in a sentence; or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>To the script of the page. Whoever asks gets the same, whatever name is typed.</summary>
    public async Task<IActionResult> OnPostPasskeyOptionsAsync() => PasskeyAnswers.Options(await passkeys.BeginSigningIn(HttpContext));

    /// <param name="credential">What a passkey has signed, where one is shown in place of a code.</param>
    public async Task<IActionResult> OnPostAsync(string? credential, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(Username) || string.IsNullOrEmpty(Password)
            || Username.Length > StaffSignIn.LongestName || Password.Length > StaffSignIn.LongestPassword || Code?.Length > StaffSignIn.LongestCode)
        {
            return Refused(AccountRefusals.BadCredentials);
        }

        if (await limits.Take(Username, HttpContext.AddressKey(), ct) is { } limited)
        {
            return Refused(limited);
        }

        switch (await signIn.Try(Username, Password, SecondProof.Of(Code, credential, HttpContext), BrowserWords.Of(Request), ct))
        {
            case Outcome<SignedIn>.Done { Value: var signedIn }:
                // A cookie of before is written over, so that nobody goes on with one that somebody else put there.
                StaffCookie.Write(HttpContext, signedIn.Token);
                return LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : StaffCookie.Path);
            case Outcome<SignedIn>.Refused { Refusal: var refusal }:
                return Refused(refusal);
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }

    private PageResult Refused(Refusal refusal)
    {
        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        Problem = PageWords.For(refusal);
        return Page();
    }
}
