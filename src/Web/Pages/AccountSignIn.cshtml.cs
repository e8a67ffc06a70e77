using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages;

/// <summary>Signing in to a visitor's account.</summary>
public sealed class AccountSignInModel(AccountSignIn signIn, SignInLimits limits, AccountDoor door) : PageModel
{
    [BindProperty]
    public string? Username { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    /// <summary>Why it did not work, in a sentence; or null.</summary>
    public string? Problem { get; private set; }

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

        return await signIn.Try(HttpContext, Username.Trim(), Password, ct) switch
        {
            Outcome<SignedInVisitor>.Done { Value: var visitor } => Redirect(door.Open(HttpContext, visitor)),
            Outcome<SignedInVisitor>.Refused { Refusal: var refusal } => Refused(refusal),
            _ => throw new InvalidOperationException("No such answer."),
        };
    }

    private PageResult Refused(Refusal refusal)
    {
        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        Problem = refusal.Code == "bad-credentials" ? "Name and password do not belong together." : PageWords.For(refusal);
        return Page();
    }
}
