using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using OtpNet;

namespace RandomChat.Web.Accounts;

/// <summary>
/// The second factor of a member: codes of an authenticator app (TOTP, six digits every 30 seconds), each good once, or a passkey
/// (<see cref="StaffPasskeys"/>), and recovery codes for whoever lost either. The secret is kept sealed and recovery codes as
/// hashes only.
/// </summary>
public sealed class SecondFactor(IDataProtectionProvider protection)
{
    private const string Provider = "RandomChat";
    private const string Pending = "totp-pending";
    private const string Secret = "totp";
    private const string Step = "totp-step";
    private const string Recovery = "recovery";
    private const int SecretLength = 20;

    /// <summary>A clock may be half a minute off.</summary>
    private static readonly VerificationWindow Window = new(previous: 1, future: 1);

    private readonly IDataProtector protector = protection.CreateProtector("RandomChat.SecondFactor.v1");

    /// <summary>A secret to put into an app, in base 32; the same one until it is confirmed.</summary>
    internal async Task<string> Begin(UserManager<StaffMember> members, StaffMember member)
    {
        if (await members.GetAuthenticationTokenAsync(member, Provider, Pending) is { } pending)
        {
            return Base32Encoding.ToString(Open(pending).Secret);
        }

        var secret = RandomNumberGenerator.GetBytes(SecretLength);
        await IdentityErrors.Must(members.SetAuthenticationTokenAsync(member, Provider, Pending, Convert.ToBase64String(protector.Protect(secret))));
        return Base32Encoding.ToString(secret);
    }

    /// <summary>Makes the secret the member's second factor, for whoever knows a code of it.</summary>
    /// <returns>New recovery codes; null where the code is none, or nothing was begun.</returns>
    internal async Task<IReadOnlyList<string>?> Confirm(UserManager<StaffMember> members, StaffMember member, string code, DateTimeOffset now)
    {
        if (await members.GetAuthenticationTokenAsync(member, Provider, Pending) is not { } pending
            || StepOf(Open(pending).Secret, code, now) is not { } step)
        {
            return null;
        }

        await IdentityErrors.Must(members.SetAuthenticationTokenAsync(member, Provider, Secret, pending));
        await IdentityErrors.Must(members.SetAuthenticationTokenAsync(member, Provider, Step, step.ToString(CultureInfo.InvariantCulture)));
        await IdentityErrors.Must(members.RemoveAuthenticationTokenAsync(member, Provider, Pending));
        return await Enable(members, member);
    }

    /// <summary>From here on a second factor has to be shown, which is there already.</summary>
    /// <returns>New recovery codes.</returns>
    internal static async Task<IReadOnlyList<string>> Enable(UserManager<StaffMember> members, StaffMember member)
    {
        var recovery = RecoveryCodes.New();
        await IdentityErrors.Must(members.SetAuthenticationTokenAsync(member, Provider, Recovery, RecoveryCodes.Keep(recovery)));

        // Last, with a new stamp: what was signed in without it ends.
        await IdentityErrors.Must(members.SetTwoFactorEnabledAsync(member, true));
        return recovery;
    }

    /// <summary>Whether codes of an app are good.</summary>
    internal static async Task<bool> HasApp(UserManager<StaffMember> members, StaffMember member) =>
        await members.GetAuthenticationTokenAsync(member, Provider, Secret) is not null;

    /// <summary>Takes it away, with passkeys and recovery codes: whoever lost all enrols anew. A new stamp ends what was signed in with it.</summary>
    internal static async Task Forget(UserManager<StaffMember> members, StaffMember member)
    {
        foreach (var name in new[] { Pending, Secret, Step, Recovery })
        {
            await IdentityErrors.Must(members.RemoveAuthenticationTokenAsync(member, Provider, name));
        }

        foreach (var passkey in await members.GetPasskeysAsync(member))
        {
            await IdentityErrors.Must(members.RemovePasskeyAsync(member, passkey.CredentialId));
        }

        await IdentityErrors.Must(members.SetTwoFactorEnabledAsync(member, false));
    }

    /// <summary>Whether a code is the member's, and uses it up.</summary>
    internal async Task<bool> Use(UserManager<StaffMember> members, StaffMember member, string code, DateTimeOffset now)
    {
        if (await members.GetAuthenticationTokenAsync(member, Provider, Secret) is { } kept
            && Open(kept) is var (secret, isOutdated) && StepOf(secret, code, now) is { } step)
        {
            if (isOutdated)
            {
                await IdentityErrors.Must(members.SetAuthenticationTokenAsync(member, Provider, Secret, Convert.ToBase64String(protector.Protect(secret))));
            }

            var last = long.Parse(await members.GetAuthenticationTokenAsync(member, Provider, Step) ?? "0", CultureInfo.InvariantCulture);

            // Of two who use one code at once the second finds the member changed.
            return step > last
                && (await members.SetAuthenticationTokenAsync(member, Provider, Step, step.ToString(CultureInfo.InvariantCulture))).Succeeded;
        }

        return RecoveryCodes.Use(await members.GetAuthenticationTokenAsync(member, Provider, Recovery) ?? string.Empty, code) is { } left
            && (await members.SetAuthenticationTokenAsync(member, Provider, Recovery, left)).Succeeded;
    }

    /// <summary>
    /// A secret as it was kept, also under a key that was revoked: revoking takes tokens from everybody, and not the app from whoever is
    /// to put things right afterwards.
    /// </summary>
    /// <returns>The secret, and whether it is to be kept anew under the key of now.</returns>
    private (byte[] Secret, bool IsOutdated) Open(string kept)
    {
        var secret = ((IPersistedDataProtector)protector).DangerousUnprotect(
            Convert.FromBase64String(kept), ignoreRevocationErrors: true, out var requiresMigration, out var wasRevoked);
        return (secret, requiresMigration || wasRevoked);
    }

    private static long? StepOf(byte[] secret, string code, DateTimeOffset now) =>
        new Totp(secret).VerifyTotp(now.UtcDateTime, RecoveryCodes.Plain(code), out var step, Window) ? step : null;
}
