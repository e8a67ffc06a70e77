using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening;

/// <summary>The policy as moderators read and change it: a JSON file with a version and an action by category and severity.</summary>
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

            return new(
                written.Version,
                written.Actions.SelectMany(category => category.Value.Select(severity => ((category.Key, severity.Key), severity.Value)))
                    .ToDictionary(rule => rule.Item1, rule => rule.Value));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ScreeningPolicyException(path, e.Message, e);
        }
    }

    private sealed record Written(string? Version, Dictionary<ScreeningCategory, Dictionary<Severity, ScreeningAction>>? Actions);
}

/// <summary>The policy of the screening cannot be used.</summary>
public sealed class ScreeningPolicyException(string path, string why, Exception? inner = null)
    : Exception($"The screening policy {path} cannot be used: {why.TrimEnd('.')}.", inner);
