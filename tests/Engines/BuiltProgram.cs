namespace RandomChat.Engines;

/// <summary>The product's programs, started as processes of their own.</summary>
public static class BuiltProgram
{
    /// <summary>
    /// The file that <c>dotnet</c> runs: the one beside the program that asks, where that brought it along, else the one
    /// that was built in the same configuration.
    /// </summary>
    /// <param name="project"><c>Web</c> or <c>Projections</c>.</param>
    public static string Path(string project)
    {
        var name = $"RandomChat.{project}.dll";
        var beside = System.IO.Path.Combine(AppContext.BaseDirectory, name);
        if (File.Exists(beside))
        {
            return beside;
        }

        var output = new DirectoryInfo(System.IO.Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return System.IO.Path.Combine(RepositoryFolder.Path, "src", project, "bin", output.Parent!.Name, output.Name, name);
    }
}
