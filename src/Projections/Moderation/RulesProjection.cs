using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>How often each rule that acts by itself was right, as people said: by deciding what it flagged, and by deciding appeals.</summary>
public sealed class RulesProjection : Projection<RulesDb>
{
    /// <summary>The rule that enough browsers which are reliable reported the same.</summary>
    public const string Reporters = "reports/agreeing";

    /// <summary>The rule that a browser behaves like a program.</summary>
    public const string Habits = "behaviour/habits";

    public RulesProjection()
        : base(options => new RulesDb(options))
    {
        On<CaseEvent.Flagged>((db, e, _) => db.Findings.Add(new()
        {
            Id = e.FlagId,
            Rule = e.Verdict?.Rule ?? Habits,
            Policy = e.Policy,
            WarningId = e.Verdict is null ? null : VerdictCases.WarningOf(e.FlagId),
        }));
        On<CaseEvent.Escalated>((db, e, _) => db.Findings.Add(new() { Id = e.SanctionId, Rule = Reporters, Policy = e.Policy }));
        On<CaseEvent.Decided>((db, e, _) =>
        {
            if (e.By is not null)
            {
                foreach (var finding in (e.Reports ?? []).Select(id => db.Findings.Find(id)).Where(finding => finding is { IsAppealed: false }))
                {
                    // Upheld under another policy says nothing about this one's.
                    finding!.Outcome = e.Outcome == CaseOutcome.Dismissed ? RuleOutcome.Wrong
                        : e.Policy is null || e.Policy == finding.Policy ? RuleOutcome.Right
                        : finding.Outcome;
                }
            }
        });
        On<CaseEvent.Undone>((db, e, _) =>
        {
            foreach (var finding in e.Reports.Select(id => db.Findings.Find(id)).Where(finding => finding is { IsAppealed: false }))
            {
                finding!.Outcome = null;
            }
        });
        On<BanEvent.AppealDecided>((db, e, _) =>
        {
            // Earlier ones of the same batch are not in the database yet.
            foreach (var finding in db.Findings.Where(finding => finding.Id == e.SanctionId || finding.WarningId == e.SanctionId).ToList()
                .Union(db.Findings.Local.Where(finding => finding.Id == e.SanctionId || finding.WarningId == e.SanctionId)))
            {
                finding.Outcome = e.Outcome == AppealOutcome.Upheld ? RuleOutcome.Right : RuleOutcome.Wrong;
                finding.IsAppealed = true;
            }
        });
    }

    public override string Name => "rules";

    public override int Version => 4;
}
