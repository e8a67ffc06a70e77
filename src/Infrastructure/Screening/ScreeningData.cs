namespace RandomChat.Infrastructure.Screening;

/// <summary>The data files of the screening, inside the assembly; tools/Lexicon makes them.</summary>
internal static class ScreeningData
{
    /// <summary>The lines of a file, without its comments.</summary>
    public static IEnumerable<string> Lines(string name) => All(name).Where(line => line.Length > 0 && line[0] != '#');

    /// <summary>The version that a file's first line gives.</summary>
    public static string VersionOf(string name) => All(name).First().Split("version ")[1];

    private static IEnumerable<string> All(string name)
    {
        using var stream = typeof(ScreeningData).Assembly.GetManifestResourceStream($"RandomChat.Screening.{name}")
            ?? throw new InvalidOperationException($"There is no data file {name}.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
