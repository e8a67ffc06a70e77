using System.Net.Mail;
using RandomChat.Web.Input;

namespace RandomChat.Web.Accounts;

/// <summary>What a visitor gives for an account.</summary>
/// <param name="Email">Null where none is given.</param>
public sealed record RegistrationForm(string Username, string Password, string? Email)
{
    public const int ShortestName = 3;
    public const int LongestName = 32;
    public const int LongestEmail = 254;

    /// <summary>Reads the fields <c>username</c>, <c>password</c> and <c>email</c>; what is wrong is collected there.</summary>
    public static RegistrationForm Read(Fields fields)
    {
        var form = new RegistrationForm(
            fields.String("username", LongestName), fields.String("password", PasswordRules.Longest),
            Clean(fields.OptionalString("email", LongestEmail)));
        foreach (var (field, problem) in fields.Refusal is null ? form.Problems() : [])
        {
            fields.Add(field, problem);
        }

        return form;
    }

    /// <summary>What is wrong besides what the rules of passwords and of names say.</summary>
    public IEnumerable<(string Field, string Problem)> Problems()
    {
        if (Username.Length is < ShortestName or > LongestName)
        {
            yield return ("username", $"It has {ShortestName} to {LongestName} characters.");
        }

        if (Password.Length is < PasswordRules.Shortest or > PasswordRules.Longest)
        {
            yield return ("password", $"It has {PasswordRules.Shortest} to {PasswordRules.Longest} characters.");
        }

        if (Email is { } email && !(email.Length <= LongestEmail && MailAddress.TryCreate(email, out var address) && address.Address == email))
        {
            yield return ("email", "This is no e-mail address.");
        }
    }

    /// <summary>Null where there is nothing.</summary>
    public static string? Clean(string? email) => string.IsNullOrWhiteSpace(email) ? null : email.Trim();
}
