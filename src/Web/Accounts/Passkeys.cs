using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using RandomChat.Application;

namespace RandomChat.Web.Accounts;

/// <summary>
/// Passkeys (WebAuthn) of the accounts of one kind: adding them, and telling by one who signs in. What a browser answers is
/// checked by ASP.NET Core Identity; each of them says that its owner was there (a finger, a face, a PIN).
/// </summary>
internal sealed class Passkeys<TUser>(PasskeyChallenges challenges, IOptions<IdentityPasskeyOptions> options)
    where TUser : IdentityUser<Guid>
{
    private const string SigningIn = "sign-in";

    /// <summary>The options for <c>navigator.credentials.create</c>, as JSON; the browser remembers their challenge.</summary>
    public async Task<string> BeginAdding(UserManager<TUser> users, TUser user, HttpContext context)
    {
        var made = await Handler(users).MakeCreationOptionsAsync(new() { Id = Key(user), Name = user.UserName!, DisplayName = user.UserName! }, context);
        challenges.Keep(context, Adding(user), made.AttestationState!);
        return made.CreationOptionsJson;
    }

    /// <summary>Keeps the passkey that a browser made for the options.</summary>
    /// <param name="credential">As the browser tells it in JSON.</param>
    /// <param name="name">By which its owner knows it.</param>
    /// <returns>Why it was not kept; null where it was.</returns>
    public async Task<Refusal?> Add(UserManager<TUser> users, TUser user, string name, string credential, HttpContext context)
    {
        if (name.Length > PasskeyForm.LongestName)
        {
            return PasskeyRefusals.LongName;
        }

        if (challenges.Take(context, Adding(user)) is not { } challenge)
        {
            return PasskeyRefusals.TooLate;
        }

        if ((await users.GetPasskeysAsync(user)).Count >= PasskeyForm.Most)
        {
            return PasskeyRefusals.TooMany;
        }

        var made = await Handler(users).PerformAttestationAsync(
            new() { HttpContext = context, CredentialJson = credential, AttestationState = challenge });
        if (made is not { Succeeded: true, Passkey: { } passkey } || made.UserEntity!.Id != Key(user))
        {
            PasskeyRefusals.ThrowIfOurs(made.Failure);
            return PasskeyRefusals.NotGood;
        }

        passkey.Name = name;
        return await users.AddOrUpdatePasskeyAsync(user, passkey) is { Succeeded: false } failed ? IdentityErrors.Why(failed) : null;
    }

    /// <summary>The options for <c>navigator.credentials.get</c>, as JSON. They ask nobody in particular, and so tell nothing about anybody.</summary>
    public async Task<string> BeginSigningIn(UserManager<TUser> users, HttpContext context)
    {
        var made = await Handler(users).MakeRequestOptionsAsync(null, context);
        challenges.Keep(context, SigningIn, made.AssertionState!);
        return made.RequestOptionsJson;
    }

    /// <summary>Whose passkey has signed; null where it is nobody's, or signed something else.</summary>
    /// <inheritdoc cref="Add"/>
    public async Task<TUser?> Check(UserManager<TUser> users, string credential, HttpContext context)
    {
        if (challenges.Take(context, SigningIn) is not { } challenge)
        {
            return null;
        }

        var shown = await Handler(users).PerformAssertionAsync(new() { HttpContext = context, CredentialJson = credential, AssertionState = challenge });
        if (shown is not { Succeeded: true, User: { } user, Passkey: { } passkey })
        {
            PasskeyRefusals.ThrowIfOurs(shown.Failure);
            return null;
        }

        // Its counter has moved on. Of two who show the same answer at once, the second one finds the account changed.
        return (await users.AddOrUpdatePasskeyAsync(user, passkey)).Succeeded ? user : null;
    }

    /// <summary>All of an account, the oldest first.</summary>
    public static async Task<IReadOnlyList<PasskeyView>> Of(UserManager<TUser> users, TUser user) =>
        [.. (await users.GetPasskeysAsync(user)).OrderBy(passkey => passkey.CreatedAt).Select(passkey =>
            new PasskeyView(WebEncoders.Base64UrlEncode(passkey.CredentialId), passkey.Name ?? "Passkey", passkey.CreatedAt))];

    /// <param name="id">As <see cref="PasskeyView"/> has it.</param>
    /// <returns>Whether there was such a one.</returns>
    public static async Task<bool> Remove(UserManager<TUser> users, TUser user, string id)
    {
        if ((await users.GetPasskeysAsync(user)).FirstOrDefault(passkey => WebEncoders.Base64UrlEncode(passkey.CredentialId) == id) is not { } found)
        {
            return false;
        }

        await IdentityErrors.Must(users.RemovePasskeyAsync(user, found.CredentialId));
        return true;
    }

    private PasskeyHandler<TUser> Handler(UserManager<TUser> users) => new(users, options);

    private static string Adding(TUser user) => $"add-{Key(user)}";

    private static string Key(TUser user) => user.Id.ToString("D");
}

/// <summary>A passkey as its owner sees it.</summary>
/// <param name="Id">In base64url.</param>
public sealed record PasskeyView(string Id, string Name, DateTimeOffset AddedAt);
