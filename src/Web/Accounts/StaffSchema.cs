using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace RandomChat.Web.Accounts;

/// <summary>
/// Brings the staff's tables up to date: the scripts in <c>Migrations</c>, in the order of their numbers, each once. Many
/// nodes may start at once on one Postgres.
/// </summary>
internal static class StaffSchema
{
    private const string Folder = ".Accounts.Migrations.";

    private static readonly Statements Postgres = new(
        """
        SELECT pg_advisory_xact_lock(1380144966);
        CREATE SCHEMA IF NOT EXISTS staff;
        CREATE TABLE IF NOT EXISTS staff.migrations (number integer PRIMARY KEY);
        """,
        """SELECT coalesce(max(number), 0) AS "Value" FROM staff.migrations""",
        "INSERT INTO staff.migrations (number) VALUES ({0})",
        ".postgres.sql");

    private static readonly Statements Sqlite = new(
        "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY)",
        """SELECT coalesce(max(number), 0) AS "Value" FROM migrations""",
        "INSERT INTO migrations (number) VALUES ({0})",
        ".sqlite.sql");

    /// <exception cref="InvalidOperationException">The tables are of a newer version of this program.</exception>
    public static async Task Apply(StaffDb db, CancellationToken ct)
    {
        var engine = db.Database.IsNpgsql() ? Postgres : Sqlite;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlRawAsync(engine.Prepare, ct);
        var done = (await db.Database.SqlQueryRaw<int>(engine.Last).ToListAsync(ct))[0];
        var scripts = Scripts(engine.Ending);
        if (done > scripts[^1].Number)
        {
            throw new InvalidOperationException($"The staff's tables are of a newer version ({done}) than this program ({scripts[^1].Number}). Start the newer program.");
        }

        foreach (var (number, sql) in scripts.Where(script => script.Number > done))
        {
            await db.Database.ExecuteSqlRawAsync(sql, ct);
            await db.Database.ExecuteSqlRawAsync(engine.Note, [number], ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <param name="Prepare">Makes the table of what was applied.</param>
    /// <param name="Last">The number of the last script that was applied.</param>
    /// <param name="Note">Notes one.</param>
    /// <param name="Ending">Of this engine's scripts.</param>
    private sealed record Statements(string Prepare, string Last, string Note, string Ending);

    private static List<(int Number, string Sql)> Scripts(string ending)
    {
        var assembly = typeof(StaffSchema).Assembly;
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(resource => resource.Contains(Folder, StringComparison.Ordinal) && resource.EndsWith(ending, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(resource =>
                {
                    using var text = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                    var name = resource[(resource.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..];
                    return (int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), text.ReadToEnd());
                }),
        ];
    }
}
