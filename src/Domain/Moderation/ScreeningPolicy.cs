namespace RandomChat.Domain.Moderation;

/// <summary>What a screened text may be about. Part of the storage format.</summary>
public enum ScreeningCategory
{
    /// <summary>Insults and swearing.</summary>
    Toxic,

    /// <summary>Attacks on people for what they are.</summary>
    Hate,

    /// <summary>Violence, or driving somebody to harm themselves.</summary>
    Threat,

    /// <summary>Sexual talk.</summary>
    Sexual,

    /// <summary>Sexual talk that involves children.</summary>
    ChildSafety,

    /// <summary>Advertising, fraud, the same text to many.</summary>
    Spam,

    /// <summary>A way to somebody outside: a number, an address, a handle.</summary>
    Contact,

    /// <summary>A link to another site.</summary>
    Link,
}

/// <summary>How bad a finding is. Part of the storage format.</summary>
public enum Severity
{
    Mild = 1,
    Strong = 2,
    Severe = 3,
}

/// <summary>What is done about a text, each more than the one before. Part of the storage format.</summary>
public enum ScreeningAction
{
    Deliver,

    /// <summary>Delivered, and its sender is told to take care.</summary>
    Warn,

    /// <summary>Delivered, its sender is not told, and people look at it (<see cref="CaseVerdicts"/>).</summary>
    Flag,

    /// <summary>Not delivered: only its sender sees it, with the reason.</summary>
    Block,
}

/// <summary>Which kind of layer found something; how far its word goes depends on it.</summary>
public enum ScreeningLayer
{
    Lexicon,
    Contact,
    Behaviour,

    /// <summary>A trained model, here or hosted: it may be wrong about people for what they are.</summary>
    Model,
}

/// <summary>What one layer found in a text.</summary>
/// <param name="Score">0 to 1; 1 where the layer knows only yes and no.</param>
/// <param name="Rule">The rule or model, e.g. <c>lexicon</c>, <c>contact/phone</c>, <c>model/hate</c>. Never the text.</param>
/// <param name="RuleVersion">The version of the rule's data or of the model.</param>
public sealed record Finding(
    ScreeningLayer Layer, ScreeningCategory Category, Severity Severity, double Score, string Rule, string RuleVersion)
{
    /// <summary>Which classifier a rule of <see cref="ScreeningLayer.Model"/> is one of.</summary>
    public static string ModelOf(string rule) => rule.Split('/')[0];

    /// <summary>Which kind of layer a rule is one of.</summary>
    public static ScreeningLayer LayerOf(string rule) => rule.Split('/')[0] switch
    {
        "behaviour" => ScreeningLayer.Behaviour,
        "contact" => ScreeningLayer.Contact,
        "lexicon" => ScreeningLayer.Lexicon,
        _ => ScreeningLayer.Model,
    };
}

/// <summary>What came of screening a text: the finding that decided, and what is done. Part of the storage format.</summary>
/// <param name="PolicyVersion">The version of the policy that decided.</param>
public sealed record Verdict(
    ScreeningAction Action, ScreeningCategory Category, Severity Severity, double Score, string Rule, string RuleVersion, string PolicyVersion);

/// <summary>
/// What is done about what was found, by category and severity. A model alone never blocks: its findings lead to a flag
/// at most, unless a severe lexicon hit or a behaviour stands beside them.
/// </summary>
/// <param name="Version">Recorded with each verdict.</param>
/// <param name="Actions">By category and severity; what is not named is delivered.</param>
public sealed record ScreeningPolicy(
    string Version, IReadOnlyDictionary<(ScreeningCategory Category, Severity Severity), ScreeningAction> Actions)
{
    /// <summary>
    /// From which score of which classifier on, 0 to 1, a text counts as how bad; what is not named is passed over. One
    /// classifier's scores say nothing about another's: each has thresholds of its own.
    /// </summary>
    public IReadOnlyDictionary<(string Model, ScreeningCategory Category, Severity Severity), double> Thresholds { get; init; } =
        new Dictionary<(string, ScreeningCategory, Severity), double>();

    /// <summary>Whether some score leads to a block, beside what <see cref="LetModelsBlock"/> asks for.</summary>
    public bool HasBlockingScores => Thresholds.Keys.Any(reached => Actions.GetValueOrDefault((reached.Category, reached.Severity)) == ScreeningAction.Block);

    /// <summary>
    /// What a classifier's scores come to: for each category the worst severity whose threshold is reached. Scores of the
    /// trained heads for sexual talk count only where the lexicon found some too, since what they were learned from is
    /// mostly swearing.
    /// </summary>
    /// <param name="others">What the other layers found in the same text.</param>
    public IEnumerable<Finding> FindingsOf(Classification classification, IReadOnlyList<Finding> others)
    {
        var isSexual = others.Any(finding =>
            finding.Layer == ScreeningLayer.Lexicon && finding.Category is ScreeningCategory.Sexual or ScreeningCategory.ChildSafety);
        return
            from score in classification.Scores
            where isSexual || classification.Model != Classification.HeadsModel || score.Key != ScreeningCategory.Sexual
            let severity = SeverityOf(classification.Model, score.Key, score.Value)
            where severity is not null
            select new Finding(
                ScreeningLayer.Model, score.Key, severity.Value, score.Value, $"{classification.Model}/{Word(score.Key)}", classification.Version);
    }

    /// <summary>How bad a classifier's score is: the worst severity whose threshold it reaches; null where it reaches none.</summary>
    public Severity? SeverityOf(string model, ScreeningCategory category, double score) => Thresholds
        .Where(threshold => threshold.Key.Model == model && threshold.Key.Category == category && score >= threshold.Value)
        .Max(threshold => (Severity?)threshold.Key.Severity);

    /// <summary>What the other layers found, and beside it what a classifier's scores come to (<see cref="FindingsOf"/>).</summary>
    public IReadOnlyList<Finding> WithScores(IReadOnlyList<Finding> found, Classification classification) =>
        [.. found, .. FindingsOf(classification, found)];

    /// <summary>The verdict on what was found; null where the text is delivered and nobody has to know.</summary>
    public Verdict? Judge(IReadOnlyList<Finding> findings)
    {
        Verdict? worst = null;
        var mayBlockByModel = LetModelsBlock(findings);
        foreach (var finding in findings)
        {
            var action = ActionFor(finding);
            if (finding.Layer == ScreeningLayer.Model && action == ScreeningAction.Block && !mayBlockByModel)
            {
                action = ScreeningAction.Flag;
            }

            if (action != ScreeningAction.Deliver && (worst is null || IsWorse(action, finding, worst)))
            {
                worst = new(action, finding.Category, finding.Severity, finding.Score, finding.Rule, finding.RuleVersion, Version);
            }
        }

        return worst;
    }

    /// <summary>Whether beside these findings a model's may block: a severe lexicon hit or a behaviour.</summary>
    public static bool LetModelsBlock(IReadOnlyList<Finding> findings) => findings.Any(finding =>
        finding.Layer == ScreeningLayer.Behaviour || finding is { Layer: ScreeningLayer.Lexicon, Severity: Severity.Severe });

    /// <summary>The same for a text that is delivered already: nothing takes it back, so that it is flagged instead.</summary>
    public Verdict? JudgeDelivered(IReadOnlyList<Finding> findings) => Judge(findings) switch
    {
        { Action: ScreeningAction.Block } verdict => verdict with { Action = ScreeningAction.Flag },
        var verdict => verdict,
    };

    /// <summary>As categories are written in rules and settings: in camel case.</summary>
    private static string Word(ScreeningCategory category)
    {
        var name = category.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private ScreeningAction ActionFor(Finding finding) => Actions.GetValueOrDefault((finding.Category, finding.Severity));

    private static bool IsWorse(ScreeningAction action, Finding finding, Verdict than) =>
        (action, finding.Severity, finding.Score).CompareTo((than.Action, than.Severity, than.Score)) > 0;
}
