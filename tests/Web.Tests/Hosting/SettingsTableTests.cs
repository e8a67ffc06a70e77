using System.Reflection;
using System.Text.RegularExpressions;
using RandomChat.Application.Limits;
using RandomChat.Application.Settings;
using RandomChat.Infrastructure.Screening;
using RandomChat.Projections;
using RandomChat.Web.Captcha;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>Every setting that the programs read stands in the README's table, and nothing else does.</summary>
public sealed partial class SettingsTableTests
{
    private static readonly string Sources = Path.Combine(RepositoryFolder.Path, "src");

    [Fact]
    public void The_readmes_table_names_every_setting_that_is_read()
    {
        var documented = Row().Matches(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "README.md"))).Select(row => row.Groups[1].Value).ToHashSet();
        var code = Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "node_modules"))
            .Select(File.ReadAllText).ToArray();
        var sections = Bound().ToArray();
        var read = code.SelectMany(text => Key().Matches(text)).Select(found => found.Groups[1].Value)
            .Concat(code.SelectMany(text => Connection().Matches(text)).Select(found => $"ConnectionStrings:{found.Groups[1].Value}"))
            .Where(key => !sections.Any(section => section.Section == key))
            .Concat(sections.SelectMany(section => section.Keys))
            .ToHashSet();

        Assert.True(read.Count > 30, $"{read.Count} settings were found.");
        Assert.Equal(read.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(code, text => text.Contains("GetEnvironmentVariable(", StringComparison.Ordinal));
    }

    /// <summary>The sections that are bound to a type, with the settings of each.</summary>
    private static IEnumerable<(string Section, string[] Keys)> Bound() =>
        new[] { typeof(LimitOptions), typeof(RetentionOptions), typeof(HostedClassifierOptions), typeof(ProjectionsSetup), typeof(CaptchaOptions) }
            .Select(type => type.Assembly).Distinct().SelectMany(assembly => assembly.GetTypes())
            .Select(type => (Type: type, Section: type.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() as string))
            .Where(bound => bound.Section is not null)
            .Select(bound => (bound.Section!, bound.Type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                // The rules of single limits are one line of the table.
                .Where(property => property.CanWrite && property.PropertyType != typeof(LimitRule))
                .Select(property => $"{bound.Section}:{property.Name}").ToArray()));

    [GeneratedRegex(@"^\| `([A-Z][A-Za-z]+(?::[A-Z][A-Za-z]+)+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("\"([A-Z][A-Za-z]+(?::[A-Z][A-Za-z]+)+)\"")]
    private static partial Regex Key();

    [GeneratedRegex("GetConnectionString\\(\"([A-Za-z]+)\"\\)")]
    private static partial Regex Connection();
}
