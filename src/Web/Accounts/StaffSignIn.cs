using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Application.Limits;

namespace RandomChat.Web.Accounts;

/// <summary>Signing in as staff, from the page and over REST: refused in one way whatever was wrong.</summary>
public sealed class StaffSignIn(StaffAccounts accounts, StaffPasskeys passkeys, ILimits limits)
{
    public const int LongestName = 64;
    public const int LongestPassword = PasswordRules.Longest;
    public const int LongestCode = 32;

    /// <summary>To be tried within <see cref="SignInLimits"/>.</summary>
    /// <param name="code">Of the second factor, or a recovery code; null where none was given.</param>
    /// <param name="browser">From what, in words.</param>
    public Task<Outcome<SignedIn>> Try(string name, string password, string? code, string browser, CancellationToken ct) => Try(
        name, password, browser, async staffId => !string.IsNullOrWhiteSpace(code)
            && (await limits.Take(LimitNames.SecondFactors, staffId.ToString("D"), ct)).Allowed
            && await accounts.UseCode(staffId, code));

    /// <summary>The same with a passkey in place of a code.</summary>
    /// <inheritdoc cref="Passkeys{TUser}.Check"/>
    public Task<Outcome<SignedIn>> TryWithPasskey(string name, string password, string credential, HttpContext context) => Try(
        name, password, BrowserWords.Of(context.Request), async staffId => await passkeys.Check(credential, context) == staffId);

    private async Task<Outcome<SignedIn>> Try(string name, string password, string browser, Func<Guid, Task<bool>> showsSecondFactor)
    {
        if (await accounts.CheckPassword(name, password) is not { } known)
        {
            return AccountRefusals.BadCredentials;
        }

        // A refusal of its own here would say that the password was right.
        if (known.HasSecondFactor && !await showsSecondFactor(known.StaffId))
        {
            return AccountRefusals.BadCredentials;
        }

        return await accounts.Admit(known.StaffId, browser) is { } signedIn ? signedIn : AccountRefusals.BadCredentials;
    }
}
