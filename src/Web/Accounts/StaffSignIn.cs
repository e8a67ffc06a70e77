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
    /// <param name="browser">From what, in words.</param>
    public async Task<Outcome<SignedIn>> Try(string name, string password, SecondProof proof, string browser, CancellationToken ct) =>
        await Know(name, password, proof, ct) is { } known && await accounts.Admit(known, browser) is { } signedIn ? signedIn : AccountRefusals.BadCredentials;

    /// <summary>Whose name and password these are, with the proof where a second factor is set; null where anything is wrong. The proof is used up.</summary>
    internal async Task<Guid?> Know(string name, string password, SecondProof proof, CancellationToken ct) =>
        // Says in no way which of them was wrong: that the password was right is for nobody to know.
        await accounts.CheckPassword(name, password) is { } known && (!known.HasSecondFactor || await IsOf(known.StaffId, proof, ct))
            ? known.StaffId
            : null;

    private async Task<bool> IsOf(Guid staffId, SecondProof proof, CancellationToken ct) => proof switch
    {
        SecondProof.Code { Typed: var code } => !string.IsNullOrWhiteSpace(code)
            && (await limits.Take(LimitNames.SecondFactors, staffId.ToString("D"), ct)).Allowed
            && await accounts.UseCode(staffId, code),
        SecondProof.Passkey { Credential: var shown, Context: var context } => await passkeys.Check(shown, context) == staffId,
        _ => throw new InvalidOperationException("No such proof."),
    };
}

/// <summary>What somebody shows beside the password.</summary>
public abstract record SecondProof
{
    private SecondProof()
    {
    }

    /// <param name="Typed">Of the authenticator app, or a recovery code; null where none was given.</param>
    public sealed record Code(string? Typed) : SecondProof;

    /// <inheritdoc cref="Passkeys{TUser}.Check"/>
    public sealed record Passkey(string Credential, HttpContext Context) : SecondProof;

    /// <summary>What a form brought: the passkey where a device has signed.</summary>
    internal static SecondProof Of(string? code, string? credential, HttpContext context) =>
        PasskeyForm.Credential(credential) is { } shown ? new Passkey(shown, context) : new Code(code);
}
