using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening;

/// <summary>
/// The policy as moderators read and change it: a JSON file with a version, an action by category and severity
/// (<c>actions</c>), and from which score of a classifier on a text counts as how bad (<c>heads</c>, which may be missing:
/// classifiers then lead to nothing).
/// </summary>
public static class ScreeningPolicyFile
{
    public const string FileName = "screening-policy.json";

    /// <summary>The policy of a file; null: the one beside the program.</summary>
    /// <exception cref="ScreeningPolicyException">The file is missing or does not say what a policy says.</exception>
    public static ScreeningPolicy Read(string? path)
    {
        path = string.IsNullOrWhiteSpace(path) ? Path.Combine(AppContext.BaseDirectory, FileName) : Path.GetFullPath(path);
        try
        {
            var written = JsonSerializer.Deserialize<Written>(File.ReadAllText(path), EventCodec.Json);
            if (written is not { Version.Length: > 0, Actions.Count: > 0 })
            {
                throw new ScreeningPolicyException(path, "it needs a version and actions");
            }

            foreach (var (category, thresholds) in written.Heads ?? [])
            {
                if (WrongOf(thresholds) is { } wrong)
                {
                    throw new ScreeningPolicyException(path, $"in heads, {JsonNamingPolicy.CamelCase.ConvertName(category.ToString())} {wrong}");
                }
            }

            return new(written.Version, Flat(written.Actions)) { Thresholds = Flat(written.Heads ?? []) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ScreeningPolicyException(path, e.Message, e);
        }
    }

    private static Dictionary<(ScreeningCategory, Severity), T> Flat<T>(Dictionary<ScreeningCategory, Dictionary<Severity, T>> rules) =>
        rules.SelectMany(category => category.Value.Select(severity => ((category.Key, severity.Key), severity.Value)))
            .ToDictionary(rule => rule.Item1, rule => rule.Value);

    private static string? WrongOf(Dictionary<Severity, double> thresholds)
    {
        var rising = thresholds.OrderBy(threshold => threshold.Key).Select(threshold => threshold.Value).ToArray();
        return rising.Any(score => score is not (> 0 and <= 1)) ? "has a score that is not above 0 and at most 1"
            : rising.Zip(rising.Skip(1)).Any(pair => pair.First >= pair.Second) ? "needs a higher score for what is worse"
            : null;
    }

    private sealed record Written(
        string? Version,
        Dictionary<ScreeningCategory, Dictionary<Severity, ScreeningAction>>? Actions,
        Dictionary<ScreeningCategory, Dictionary<Severity, double>>? Heads);
}

/// <summary>The policy of the screening cannot be used.</summary>
public sealed class ScreeningPolicyException(string path, string why, Exception? inner = null)
    : Exception($"The screening policy {path} cannot be used: {why.TrimEnd('.')}.", inner);
