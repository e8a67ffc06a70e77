namespace RandomChat.Architecture.Tests;

/// <summary>Habits of the sources that a compiler does not keep.</summary>
public sealed class SourceTests
{
    private static readonly string[] Contexts = ["Visitors", "Matchmaking", "Matches", "Moderation", "Accounts"];

    [Fact]
    public void Folders_of_Domain_are_the_contexts()
    {
        var folders = Directory.GetDirectories(Path.Combine(Repository.Root, "src", "Domain"))
            .Select(folder => Path.GetFileName(folder)!)
            .Where(name => name is not ("bin" or "obj"));

        Assert.Empty(folders.Except(Contexts));
    }

    [Fact]
    public void Types_are_named_for_what_they_do()
    {
        string[] vague = ["Manager.cs", "Helper.cs", "Helpers.cs", "Util.cs", "Utils.cs"];

        Assert.All(Sources(), file =>
            Assert.DoesNotContain(vague, name => file.EndsWith(name, StringComparison.Ordinal)));
    }

    /// <summary>Text goes into a page as text: <c>Html.Raw</c> and <c>innerHTML</c> are how a stranger's message becomes markup.</summary>
    [Fact]
    public void No_page_writes_markup_that_it_did_not_make()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Web"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cshtml" or ".js")
            .Where(file => !IsBuilt(file));

        foreach (var page in pages)
        {
            var text = File.ReadAllText(page);
            foreach (var way in new[] { "Html.Raw", ".innerHTML", ".outerHTML", "insertAdjacentHTML", "document.write" })
            {
                Assert.False(text.Contains(way, StringComparison.Ordinal), $"{page} uses {way}.");
            }
        }
    }

    private static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories).Where(file => !IsBuilt(file));

    private static bool IsBuilt(string file) => file
        .Split(Path.DirectorySeparatorChar)
        .Any(part => part is "bin" or "obj" or "node_modules" or "lib");
}
