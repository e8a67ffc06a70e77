using System.Xml.Linq;

namespace RandomChat.Architecture.Tests;

/// <summary>One direction: Web and Projections → Infrastructure → Application → Domain.</summary>
public sealed class ReferenceTests
{
    public static TheoryData<string, string[]> Directions => new()
    {
        { "Domain", [] },
        { "Application", ["Domain"] },
        { "Infrastructure", ["Application", "Domain"] },
        { "Projections", ["Infrastructure", "Application", "Domain"] },
        { "Web", ["Projections", "Infrastructure", "Application", "Domain"] },
    };

    [Fact]
    public void Every_project_has_its_place_in_the_direction()
    {
        var projects = Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName);

        Assert.Equal(
            Directions.Select(row => row.Data.Item1).Order(StringComparer.Ordinal),
            projects.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Directions))]
    public void A_project_names_only_projects_below_it(string project, string[] below)
    {
        var named = Items(project, "ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')));

        Assert.Empty(named.Except(below));
    }

    [Theory]
    [MemberData(nameof(Directions))]
    public void A_compiled_project_uses_only_projects_below_it(string project, string[] below)
    {
        var used = Il.Of(project).ReferencedAssemblies
            .Where(name => name.StartsWith("RandomChat.", StringComparison.Ordinal))
            .Select(name => name["RandomChat.".Length..]);

        Assert.Empty(used.Except(below));
    }

    [Fact]
    public void Domain_has_no_package_and_no_framework_but_the_base_library()
    {
        Assert.Empty(Items("Domain", "PackageReference"));
        Assert.Empty(Items("Domain", "FrameworkReference"));
        Assert.Empty(Items("Domain", "Reference"));
        Assert.All(Il.Of("Domain").ReferencedAssemblies, name => Assert.StartsWith("System.", name, StringComparison.Ordinal));
    }

    [Fact]
    public void Application_knows_no_engine_and_no_web()
    {
        string[] known = ["Mediator", "Microsoft.Extensions.", "System."];

        Assert.All(
            Il.Of("Application").ReferencedAssemblies.Where(name => name != "RandomChat.Domain"),
            name => Assert.Contains(known, prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
    }

    [Fact]
    public void Versions_of_packages_are_written_in_one_place()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories))
        {
            Assert.Empty(XDocument.Load(file).Descendants("PackageReference").Attributes("Version"));
        }
    }

    [Fact]
    public void Every_package_has_its_line_in_the_documentation()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "dependencies.md"));
        var packages = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"))
            .Descendants("PackageVersion")
            .Select(package => package.Attribute("Include")!.Value);

        Assert.All(packages, package => Assert.Contains($"`{package}`", page, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Items(string project, string kind) =>
        XDocument.Load(Repository.Project(project)).Descendants(kind).Select(item => item.Attribute("Include")!.Value);
}
