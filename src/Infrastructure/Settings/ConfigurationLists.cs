using Microsoft.Extensions.Configuration;

namespace RandomChat.Infrastructure.Settings;

public static class ConfigurationLists
{
    /// <summary>A list given as one comma-separated value or as <c>key:0</c>, <c>key:1</c>, …; empty where there is none.</summary>
    public static IReadOnlyList<string> List(this IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        var values = string.IsNullOrWhiteSpace(section.Value)
            ? section.GetChildren().Select(child => child.Value ?? "")
            : section.Value.Split(',');
        return [.. values.Select(value => value.Trim()).Where(value => value.Length > 0)];
    }
}
