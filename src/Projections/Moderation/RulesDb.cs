using Microsoft.EntityFrameworkCore;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>What rules found by themselves, and what people found of that.</summary>
public sealed class RulesDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<RuleFinding> Findings => Set<RuleFinding>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<RuleFinding>().ToTable("findings").HasKey(finding => finding.Id);
        model.Entity<RuleFinding>().HasIndex(finding => finding.WarningId).ForHandlers();
        model.Entity<RuleFinding>().HasIndex(finding => new { finding.Rule, finding.Policy, finding.Outcome });
    }
}

/// <summary>What people said of what a rule found.</summary>
public enum RuleOutcome
{
    Right,
    Wrong,
}

/// <summary>Something that was flagged, or decided, without anybody looking.</summary>
public sealed class RuleFinding
{
    /// <summary>The flag's, or the sanction's where it was decided.</summary>
    public Guid Id { get; set; }

    /// <summary>The rule or model of the screening, <see cref="RulesProjection.Habits"/> or <see cref="RulesProjection.Reporters"/>.</summary>
    public string Rule { get; set; } = "";

    /// <summary>The code of the policy.</summary>
    public string Policy { get; set; } = "";

    /// <summary>The warning that a flag came with; null where there was none.</summary>
    public Guid? WarningId { get; set; }

    /// <summary>Null while nobody has said anything.</summary>
    public RuleOutcome? Outcome { get; set; }

    /// <summary>Whether an appeal said so: that is the last word.</summary>
    public bool IsAppealed { get; set; }
}
