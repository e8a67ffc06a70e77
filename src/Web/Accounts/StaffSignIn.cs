using RandomChat.Application;
using RandomChat.Application.Limits;

namespace RandomChat.Web.Accounts;

/// <summary>Signing in as staff, from the page and over REST: limited, and refused in one way whatever was wrong.</summary>
public sealed class StaffSignIn(StaffAccounts accounts, ILimits limits)
{
    public const int LongestName = 64;
    public const int LongestPassword = 256;
    public const int LongestCode = 32;

    private static readonly Refusal Wrong = new("bad-credentials", "Name, password and code do not belong together.");

    /// <param name="code">Of the second factor, or a recovery code; null where none was given.</param>
    /// <param name="addressKey">Of the address that asks.</param>
    /// <param name="browser">From what, in words.</param>
    public async Task<Outcome<SignedIn>> Try(string name, string password, string? code, string addressKey, string browser, CancellationToken ct)
    {
        // By address first, so that one that fails again and again takes nothing more from the name: its owner signs in from
        // elsewhere. By name as well, since many addresses would otherwise try as many passwords as they like.
        foreach (var (rule, key) in new[] { (LimitNames.SignIns, addressKey), (LimitNames.SignInsByName, name.ToUpperInvariant()) })
        {
            var limit = await limits.Take(rule, key, ct);
            if (!limit.Allowed)
            {
                return Refusal.RateLimited(limit.RetryAfter);
            }
        }

        if (await accounts.CheckPassword(name, password) is not { } known)
        {
            return Wrong;
        }

        // A refusal of its own here would say that the password was right.
        if (known.HasSecondFactor
            && (string.IsNullOrWhiteSpace(code)
                || !(await limits.Take(LimitNames.SecondFactors, known.StaffId.ToString("D"), ct)).Allowed
                || !await accounts.UseCode(known.StaffId, code)))
        {
            return Wrong;
        }

        return await accounts.Admit(known.StaffId, browser) is { } signedIn ? signedIn : Wrong;
    }
}
