using System.Text.RegularExpressions;
using Npgsql;
using Xunit;

namespace RandomChat.Engines;

/// <summary>The SQL that the runbook tells an operator to run, so that what is written there is what was tested.</summary>
public static partial class RunbookSql
{
    /// <summary>Runs it on a server where nobody did, and gives the connection string of the role that it makes.</summary>
    /// <param name="super">Of somebody who may do everything.</param>
    /// <param name="without">Statements that hold this are left out.</param>
    public static async Task<string> SetUp(string super, string? without = null)
    {
        foreach (var (database, statement) in Statements().Where(line => without is null || !line.Statement.Contains(without, StringComparison.Ordinal)))
        {
            await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(super) { Database = database }.ConnectionString);
#pragma warning disable CA2100
            await source.CreateCommand(statement).ExecuteNonQueryAsync();
#pragma warning restore CA2100
        }

        return new NpgsqlConnectionStringBuilder(super) { Database = "randomchat", Username = "randomchat" }.ConnectionString;
    }

    /// <summary>Each statement with the database it is run in.</summary>
    private static IEnumerable<(string Database, string Statement)> Statements()
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
