using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages;

/// <summary>A new password for whoever has a recovery code.</summary>
public sealed class AccountRecoverModel(VisitorAccounts accounts, AccountSignIn signIn, SignInLimits limits, AccountDoor door) : PageModel
{
    [BindProperty]
    public string? Username { get; set; }

    [BindProperty]
    public string? Code { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    /// <summary>Why it did not work, in a sentence; or null.</summary>
    public string? Problem { get; private set; }

    public int ShortestPassword => PasswordRules.Shortest;

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(Username) || Username.Length > RegistrationForm.LongestName
            || string.IsNullOrWhiteSpace(Code) || Code.Length > StaffSignIn.LongestCode
            || string.IsNullOrEmpty(Password) || Password.Length > StaffSignIn.LongestPassword)
        {
            return Refused(AccountRefusals.BadCredentials);
        }

        if (await limits.Take(Username, HttpContext.AddressKey(), ct) is { } limited)
        {
            return Refused(limited);
        }

        switch (await accounts.Recover(Username.Trim(), Code, Password))
        {
            case Outcome<Guid>.Refused { Refusal: var refusal }:
                return Refused(refusal);
            case Outcome<Guid>.Done { Value: var visitorId }:
                return await signIn.Admit(HttpContext, visitorId, ct) switch
                {
                    Outcome<SignedInVisitor>.Done { Value: var visitor } => Redirect(door.Open(HttpContext, visitor)),
                    Outcome<SignedInVisitor>.Refused { Refusal: var refusal } => Refused(refusal),
                    _ => throw new InvalidOperationException("No such answer."),
                };
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }

    private PageResult Refused(Refusal refusal)
    {
        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        Problem = refusal.Code == "bad-credentials" ? "Name and code do not belong together."
            : refusal.Errors is { Count: > 0 } errors ? string.Join(' ', errors.Values.SelectMany(sentences => sentences))
            : PageWords.For(refusal);
        return Page();
    }
}
