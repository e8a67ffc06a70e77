using System.Text.Json;
using System.Text.Json.Serialization;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening.Models;

namespace RandomChat.Infrastructure.Screening;

/// <summary>
/// The policy as moderators read and change it: a JSON file with a version, an action by category and severity
/// (<c>actions</c>), and from which score of a classifier on a text counts as how bad: <c>heads</c> for the trained heads,
/// <c>openai</c> for the hosted classifier. Where one is missing, that classifier leads to nothing.
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

            return new(written.Version, Flat(written.Actions))
            {
                Thresholds = ThresholdsOf(path, "heads", TrainedHeads.Name, written.Heads)
                    .Concat(ThresholdsOf(path, "openai", HostedClassifier.Name, written.OpenAi))
                    .ToDictionary(),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ScreeningPolicyException(path, e.Message, e);
        }
    }

    private static Dictionary<(ScreeningCategory, Severity), T> Flat<T>(Dictionary<ScreeningCategory, Dictionary<Severity, T>> rules) =>
        rules.SelectMany(category => category.Value.Select(severity => ((category.Key, severity.Key), severity.Value)))
            .ToDictionary(rule => rule.Item1, rule => rule.Value);

    private static IEnumerable<KeyValuePair<(string, ScreeningCategory, Severity), double>> ThresholdsOf(
        string path, string section, string model, Dictionary<ScreeningCategory, Dictionary<Severity, double>>? thresholds)
    {
        foreach (var (category, scores) in thresholds ?? [])
        {
            if (WrongOf(scores) is { } wrong)
            {
                throw new ScreeningPolicyException(path, $"in {section}, {JsonNamingPolicy.CamelCase.ConvertName(category.ToString())} {wrong}");
            }
        }

        return Flat(thresholds ?? []).Select(threshold => KeyValuePair.Create((model, threshold.Key.Item1, threshold.Key.Item2), threshold.Value));
    }

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
        Dictionary<ScreeningCategory, Dictionary<Severity, double>>? Heads,
        [property: JsonPropertyName("openai")] Dictionary<ScreeningCategory, Dictionary<Severity, double>>? OpenAi);
}

/// <summary>The policy of the screening cannot be used.</summary>
public sealed class ScreeningPolicyException(string path, string why, Exception? inner = null)
    : Exception($"The screening policy {path} cannot be used: {why.TrimEnd('.')}.", inner);
