using Microsoft.AspNetCore.Identity;

namespace RandomChat.Web.Accounts;

/// <summary>What holds for every password, of the staff and of visitors: long, and not one that everybody tries first.</summary>
internal static class PasswordRules
{
    public const int Shortest = 12;
    public const int Longest = 256;

    /// <summary>A password that somebody typed; what no account can have becomes an empty one.</summary>
    public static string Typed(string? typed) => typed is { Length: <= Longest } ? typed : string.Empty;

    public static void Apply(IdentityOptions options)
    {
        options.Password.RequiredLength = Shortest;
        options.Password.RequiredUniqueChars = 1;
        options.Password.RequireDigit = options.Password.RequireLowercase = options.Password.RequireUppercase = false;
        options.Password.RequireNonAlphanumeric = false;

        // Limits say how often a password may be tried; a lock would let anybody lock others out.
        options.Lockout.AllowedForNewUsers = false;
    }
}

/// <summary>Refuses passwords that are longer than any door takes: nobody could sign in with one.</summary>
internal sealed class LongestPassword<TUser> : IPasswordValidator<TUser>
    where TUser : IdentityUser<Guid>
{
    public Task<IdentityResult> ValidateAsync(UserManager<TUser> manager, TUser user, string? password) => Task.FromResult(
        password?.Length > PasswordRules.Longest
            ? IdentityResult.Failed(new IdentityError { Code = "too-long", Description = $"A password has {PasswordRules.Shortest} to {PasswordRules.Longest} characters." })
            : IdentityResult.Success);
}
