using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages;

/// <summary>Signing in to a visitor's account.</summary>
public sealed class AccountSignInModel(AccountSignIn signIn, VisitorPasskeys passkeys, SignInLimits limits, AccountDoor door) : PageModel
{
    [BindProperty]
    public string? Username { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    /// <summary>Why it did not work, in a sentence; or null.</summary>
    public string? Problem { get; private set; }

    /// <summary>Why a passkey did not work, in a sentence; or null.</summary>
    public string? PasskeyProblem { get; private set; }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(Username) || string.IsNullOrEmpty(Password)
            || Username.Length > StaffSignIn.LongestName || Password.Length > StaffSignIn.LongestPassword)
        {
            return Refused(AccountRefusals.BadCredentials);
        }

        if (await limits.Take(Username, HttpContext.AddressKey(), ct) is { } limited)
        {
            return Refused(limited);
        }

        return After(await signIn.Try(HttpContext, Username.Trim(), Password, ct), Refused);
    }

    /// <summary>To the script of the page.</summary>
    public async Task<IActionResult> OnPostPasskeyOptionsAsync() => PasskeyAnswers.Options(await passkeys.BeginSigningIn(HttpContext));

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential, CancellationToken ct)
    {
        if (await limits.Take(HttpContext.AddressKey(), ct) is { } limited)
        {
            return PasskeyRefused(limited);
        }

        return PasskeyForm.Credential(credential) is { } shown && await passkeys.Check(shown, HttpContext) is { } visitorId
            ? After(await signIn.Admit(HttpContext, visitorId, ct), PasskeyRefused)
            : PasskeyRefused(AccountRefusals.BadCredentials);
    }

    private IActionResult After(Outcome<SignedInVisitor> outcome, Func<Refusal, IActionResult> refused) => outcome switch
    {
        Outcome<SignedInVisitor>.Done { Value: var visitor } => Redirect(door.Open(HttpContext, visitor)),
        Outcome<SignedInVisitor>.Refused { Refusal: var refusal } => refused(refusal),
        _ => throw new InvalidOperationException("No such answer."),
    };

    private PageResult Refused(Refusal refusal)
    {
        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        Problem = refusal.Code == "bad-credentials" ? "Name and password do not belong together." : PageWords.For(refusal);
        return Page();
    }

    private PageResult PasskeyRefused(Refusal refusal)
    {
        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        PasskeyProblem = refusal.Code == "bad-credentials" ? "That is no passkey of an account here. Use your name and password." : PageWords.For(refusal);
        return Page();
    }
}
