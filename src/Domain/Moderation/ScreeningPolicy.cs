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

    /// <summary>Delivered, and queued for people to look at.</summary>
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
    ScreeningLayer Layer, ScreeningCategory Category, Severity Severity, double Score, string Rule, string RuleVersion);

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
    /// <summary>The verdict on what was found; null where the text is delivered and nobody has to know.</summary>
    public Verdict? Judge(IReadOnlyList<Finding> findings)
    {
        Verdict? worst = null;
        var mayBlockByModel = findings.Any(finding =>
            finding.Layer == ScreeningLayer.Behaviour || finding is { Layer: ScreeningLayer.Lexicon, Severity: Severity.Severe });
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

    private ScreeningAction ActionFor(Finding finding) => Actions.GetValueOrDefault((finding.Category, finding.Severity));

    private static bool IsWorse(ScreeningAction action, Finding finding, Verdict than) =>
        (action, finding.Severity, finding.Score).CompareTo((than.Action, than.Severity, than.Score)) > 0;
}
