using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Identity;
using RandomChat.Application;

namespace RandomChat.Web.Accounts;

/// <summary>What is taken from the forms of passkeys.</summary>
public static class PasskeyForm
{
    /// <summary>Of one account.</summary>
    public const int Most = 10;

    public const int LongestName = 40;

    /// <summary>Of what a browser answers, in characters.</summary>
    private const int LongestCredential = 16_384;

    /// <summary>What a browser answered, if it can be one.</summary>
    public static string? Credential(string? typed) => typed is { Length: > 0 and <= LongestCredential } ? typed : null;

    /// <summary>A name that its owner knows it by.</summary>
    public static string Name(string? typed) => typed?.Trim() is { Length: > 0 } name ? name : "Passkey";
}

/// <summary>What holds for every passkey, of the staff and of visitors.</summary>
internal static class PasskeyRules
{
    private const string Required = "required";

    public static void Apply(IdentityPasskeyOptions options)
    {
        options.AuthenticatorTimeout = PasskeyChallenges.Lifetime;

        // It has to be found without a name being typed, and to be worth as much as a name and a password.
        options.ResidentKeyRequirement = Required;
        options.UserVerificationRequirement = Required;
    }
}

/// <summary>Why a passkey was not added or removed.</summary>
internal static class PasskeyRefusals
{
    public static Refusal TooLate { get; } = Refusal.Conflict("That took too long. Try again.");

    public static Refusal NotGood { get; } = Refusal.Invalid("credential", "Your device answered something that we cannot use. Try again, or another device.");

    public static Refusal LongName { get; } = Refusal.Invalid("name", $"A name has {PasskeyForm.LongestName} characters at most.");

    public static Refusal TooMany { get; } = Refusal.Conflict($"An account has {PasskeyForm.Most} passkeys at most. Remove one first.");

    public static Refusal LastFactor { get; } = Refusal.Conflict("This is your only second factor. Add another passkey first.");

    /// <summary>What broke on our side is no fault of the passkey.</summary>
    public static void ThrowIfOurs(PasskeyException? failure)
    {
        if (failure?.InnerException is { } cause && IdentityErrors.IsOutage(cause))
        {
            ExceptionDispatchInfo.Throw(cause);
        }
    }
}
