using System.Security.Cryptography;
using System.Text;
using OtpNet;

namespace RandomChat.Web.Accounts;

/// <summary>Codes that are shown once, to be used once when something else is lost. Only their hashes are kept, with commas between them.</summary>
internal static class RecoveryCodes
{
    public const int Count = 10;

    // 80 bits each: nobody guesses one, nor finds it from its hash.
    private const int GroupBytes = 5;
    private const int Groups = 2;

    public static IReadOnlyList<string> New() => [.. Enumerable.Range(0, Count).Select(_ => string.Join(
        '-', Enumerable.Range(0, Groups).Select(_ => Base32Encoding.ToString(RandomNumberGenerator.GetBytes(GroupBytes)).ToLowerInvariant())))];

    public static string Keep(IEnumerable<string> codes) => string.Join(',', codes.Select(HashOf));

    /// <summary>How many are left.</summary>
    public static int Left(string kept) => Split(kept).Length;

    /// <summary>What is left once a code is used; null where it is none of them.</summary>
    public static string? Use(string kept, string code)
    {
        var (codes, used) = (Split(kept), HashOf(code));
        return codes.Contains(used) ? string.Join(',', codes.Where(one => one != used)) : null;
    }

    /// <summary>Without what people put between the groups.</summary>
    public static string Plain(string code) => code.Replace(" ", string.Empty, StringComparison.Ordinal).Replace("-", string.Empty, StringComparison.Ordinal);

    private static string[] Split(string kept) => kept.Split(',', StringSplitOptions.RemoveEmptyEntries);

    private static string HashOf(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Plain(code).ToLowerInvariant())));
}
