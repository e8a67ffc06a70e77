using System.Text.RegularExpressions;

namespace RandomChat.Infrastructure.Tests.Postgres;

/// <summary>The SQL that the runbook tells an operator to run, so that what is written there is what was tested.</summary>
internal static partial class RunbookSql
{
    /// <summary>Each statement with the database it is run in.</summary>
    public static IEnumerable<(string Database, string Statement)> Statements()
    {
        var runbook = File.ReadAllText(Path.Combine(Repository(), "docs", "runbook.md"));
        var block = Block().Match(runbook).Groups["sql"].Value;
        Assert.NotEmpty(block);
        var database = "postgres";
        foreach (var line in block.Split('\n').Select(line => line.Split(" --")[0].Trim()).Where(line => line.Length > 0))
        {
            if (line.StartsWith(@"\connect ", StringComparison.Ordinal))
            {
                database = line.Split(' ')[1];
            }
            else
            {
                // One statement a line; a test has no use for a good password.
                Assert.EndsWith(";", line, StringComparison.Ordinal);
                yield return (database, line);
            }
        }
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RandomChat.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("These tests need the repository they were built in.");
    }

    [GeneratedRegex("```sql\n(?<sql>CREATE ROLE.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
