using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>Questions about rules. Every one throws <see cref="DependencyUnavailableException"/> while the read models cannot be read.</summary>
public sealed class RuleQueries(ReadModels models)
{
    /// <summary>The record of each rule under each policy, by their names.</summary>
    public Task<List<RuleRecord>> All(CancellationToken ct) => models.Ask<RulesDb, List<RuleRecord>>(
        db => db.Findings
            .GroupBy(finding => new { finding.Rule, finding.Policy })
            .OrderBy(group => group.Key.Rule).ThenBy(group => group.Key.Policy)
            .Select(group => new RuleRecord(
                group.Key.Rule, group.Key.Policy, group.Count(),
                group.Count(finding => finding.Outcome == RuleOutcome.Right), group.Count(finding => finding.Outcome == RuleOutcome.Wrong)))
            .ToListAsync(ct),
        ct);
}

/// <param name="Policy">The code of the policy.</param>
/// <param name="Found">How often it found something.</param>
/// <param name="Right">How often people said that it was right.</param>
/// <param name="Wrong">How often they said that it was not.</param>
public sealed record RuleRecord(string Rule, string Policy, int Found, int Right, int Wrong)
{
    /// <summary>0 to 1; null while people have said nothing.</summary>
    public double? Precision => Right + Wrong == 0 ? null : (double)Right / (Right + Wrong);
}
