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
    public async Task<Outcome<SignedIn>> Try(string name, string password, string? code, string browser, CancellationToken ct) =>
        await Admit(await Know(name, password, code, ct), browser);

    /// <summary>The same with a passkey in place of a code.</summary>
    /// <inheritdoc cref="Passkeys{TUser}.Check"/>
    public async Task<Outcome<SignedIn>> TryWithPasskey(string name, string password, string credential, HttpContext context) => await Admit(
        await Know(name, password, async staffId => await passkeys.Check(credential, context) == staffId), BrowserWords.Of(context.Request));

    /// <summary>Whose name and password these are, with a code where a second factor is set; null where anything is wrong. The code is used up.</summary>
    internal Task<Guid?> Know(string name, string password, string? code, CancellationToken ct) => Know(
        name, password, async staffId => !string.IsNullOrWhiteSpace(code)
            && (await limits.Take(LimitNames.SecondFactors, staffId.ToString("D"), ct)).Allowed
            && await accounts.UseCode(staffId, code));

    /// <summary>Says in no way which of them was wrong: that the password was right is for nobody to know.</summary>
    private async Task<Guid?> Know(string name, string password, Func<Guid, Task<bool>> showsSecondFactor) =>
        await accounts.CheckPassword(name, password) is { } known && (!known.HasSecondFactor || await showsSecondFactor(known.StaffId))
            ? known.StaffId
            : null;

    private async Task<Outcome<SignedIn>> Admit(Guid? staffId, string browser) =>
        staffId is { } known && await accounts.Admit(known, browser) is { } signedIn ? signedIn : AccountRefusals.BadCredentials;
}
