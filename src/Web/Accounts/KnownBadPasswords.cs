using Microsoft.AspNetCore.Identity;

namespace RandomChat.Web.Accounts;

/// <summary>Refuses passwords that everybody tries first: common ones that are long enough, one character repeated, the name itself.</summary>
internal sealed class KnownBadPasswords<TUser> : IPasswordValidator<TUser>
    where TUser : IdentityUser<Guid>
{
    // Of the usual lists of leaked passwords, those of twelve characters and more, and what they are made of.
    private static readonly string[] Stems =
    [
        "password", "passw0rd", "p@ssw0rd", "123456", "12345", "234567", "qwerty", "qwertz", "azerty", "asdfgh", "1q2w3e", "1qaz2wsx", "iloveyou", "letmein",
        "welcome", "administrator", "changeme", "randomchat", "abcdef", "monkey", "dragon", "football", "superman", "princess", "sunshine", "trustno1",
    ];

    public Task<IdentityResult> ValidateAsync(UserManager<TUser> manager, TUser user, string? password) => Task.FromResult(
        password is not null && IsBad(password.ToLowerInvariant(), user.UserName?.ToLowerInvariant())
            ? IdentityResult.Failed(new IdentityError { Code = "known-bad", Description = "This password is one that everybody tries first." })
            : IdentityResult.Success);

    /// <summary>Whether little is left of it without what is well known.</summary>
    private static bool IsBad(string password, string? name)
    {
        var rest = Stems.Append(name ?? string.Empty).Where(stem => stem.Length > 3).Aggregate(password, (left, stem) => left.Replace(stem, string.Empty, StringComparison.Ordinal));
        return rest.Where(char.IsLetterOrDigit).Distinct().Count() < 5;
    }
}
