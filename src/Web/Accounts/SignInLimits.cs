using Microsoft.AspNetCore.Identity;
using RandomChat.Application;
using RandomChat.Application.Limits;

namespace RandomChat.Web.Accounts;

/// <summary>How often somebody may try to sign in, whoever's name it is.</summary>
public sealed class SignInLimits(ILimits limits, ILookupNormalizer names)
{
    /// <param name="name">As it was typed.</param>
    /// <param name="addressKey">Of the address that asks.</param>
    /// <returns>Null where it may be tried.</returns>
    public async ValueTask<Refusal?> Take(string name, string addressKey, CancellationToken ct)
    {
        // By address first, so that one that fails again and again takes nothing more from the name: its owner signs in from
        // elsewhere. By name as well, since many addresses would otherwise try as many passwords as they like.
        // It is the name that would be looked up: whatever finds the same account counts as the same.
        foreach (var (rule, key) in new[] { (LimitNames.SignIns, addressKey), (LimitNames.SignInsByName, names.NormalizeName(name.Trim())) })
        {
            var limit = await limits.Take(rule, key, ct);
            if (!limit.Allowed)
            {
                return Refusal.RateLimited(limit.RetryAfter);
            }
        }

        return null;
    }

    /// <summary>The same where no name is told.</summary>
    public async ValueTask<Refusal?> Take(string addressKey, CancellationToken ct) =>
        await limits.Take(LimitNames.SignIns, addressKey, ct) is { Allowed: false } limit ? Refusal.RateLimited(limit.RetryAfter) : null;
}
