using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RandomChat.Architecture.Tests;

/// <summary>Documents that say what the repository holds are compared with it.</summary>
public sealed partial class DocumentTests
{
    private static IEnumerable<string> Documents =>
    [
        Path.Combine(Repository.Root, "README.md"),
        Path.Combine(Repository.Root, "CONTRIBUTING.md"),
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories),
    ];

    [Fact]
    public void Every_package_has_a_line_that_says_what_for_and_why()
    {
        var dependencies = File.ReadAllText(Path.Combine(Repository.Root, "docs", "dependencies.md"));
        var packages = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion").Select(package => package.Attribute("Include")!.Value);
        using var npm = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "src", "Web", "package.json")));
        var browser = new[] { "dependencies", "devDependencies" }
            .SelectMany(section => npm.RootElement.GetProperty(section).EnumerateObject().Select(package => package.Name));

        Assert.All([.. packages, .. browser], package => Assert.Contains($"`{package}`", dependencies, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_link_between_documents_leads_somewhere()
    {
        foreach (var document in Documents)
        {
            foreach (Match link in Link().Matches(File.ReadAllText(document)))
            {
                var target = link.Groups["target"].Value;
                if (target.StartsWith("http", StringComparison.Ordinal) || target.StartsWith('#'))
                {
                    continue;
                }

                var path = Path.GetFullPath(target.Split('#')[0], Path.GetDirectoryName(document)!);
                Assert.True(Path.Exists(path), $"{document} links to {target}, which is not there.");
            }
        }
    }

    [Fact]
    public void The_readmes_defaults_are_those_of_the_settings_file()
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "src", "randomchat.json")));
        var documented = Setting().Matches(File.ReadAllText(Path.Combine(Repository.Root, "README.md")))
            .ToDictionary(row => row.Groups["key"].Value, row => row.Groups["value"].Value);

        Assert.All(Leaves(settings.RootElement, string.Empty), leaf =>
        {
            // The rules of single limits are one line in the README.
            if (leaf.Key.StartsWith("Limits:", StringComparison.Ordinal) && leaf.Key != "Limits:Enabled")
            {
                return;
            }

            Assert.True(documented.ContainsKey(leaf.Key), $"README.md does not name {leaf.Key}.");
            Assert.Equal(leaf.Value, documented[leaf.Key]);
        });
    }

    [Theory]
    [InlineData("model-card.md", "In short, version `{0}`:")]
    [InlineData("screening-report.md", "heads {0}.")]
    public void What_was_measured_is_said_of_the_heads_that_are_here(string document, string said)
    {
        using var heads = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "src", "Infrastructure", "Screening", "Models", "Files", "heads.json")));
        var version = heads.RootElement.GetProperty("version").GetString();

        Assert.Contains(string.Format(CultureInfo.InvariantCulture, said, version), File.ReadAllText(Path.Combine(Repository.Root, "docs", document)), StringComparison.Ordinal);
    }

    private static IEnumerable<(string Key, string Value)> Leaves(JsonElement element, string path) =>
        element.EnumerateObject().SelectMany(property =>
        {
            var key = path.Length == 0 ? property.Name : $"{path}:{property.Name}";
            return property.Value.ValueKind == JsonValueKind.Object
                ? Leaves(property.Value, key)
                : [(key, property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? property.Value.GetRawText()
                    : property.Value.ToString())];
        });

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^\| `(?<key>[A-Za-z:]+)` \| `(?<value>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
