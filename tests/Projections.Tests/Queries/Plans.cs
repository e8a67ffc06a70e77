using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Tests.Queries;

/// <summary>How a database means to answer one query.</summary>
/// <param name="Walked">The steps that go through an index from its beginning.</param>
/// <param name="Objections">What would take longer with every row: tables read whole, and rows sorted that no index has in order.</param>
internal sealed record Plan(string Sql, string Text, IReadOnlyList<string> Walked, IReadOnlyList<string> Objections);

/// <summary>A read store that also has the database explain whatever it is asked.</summary>
internal sealed partial class ExplainingStore(IReadStore store) : DbCommandInterceptor, IReadStore
{
    private readonly List<Plan> plans = [];

    public string Dependency => store.Dependency;

    /// <summary>The plans of what was asked since this was called last.</summary>
    public List<Plan> Take()
    {
        List<Plan> taken = [.. plans];
        plans.Clear();
        return taken;
    }

    public async Task<ReadDb?> OpenReader(Projection projection, CancellationToken ct)
    {
        var opened = (await store.OpenReader(projection, ct))!;
        var connection = opened.Database.GetDbConnection();
        var options = opened.Database.IsSqlite()
            ? projection.NewOptions().UseSqlite(connection, contextOwnsConnection: true)
            : projection.NewOptions().UseNpgsql(connection, contextOwnsConnection: true);
        return projection.Open(options.AddInterceptors(this).Options);
    }

    public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        var isSqlite = eventData.Context!.Database.IsSqlite();
        if (!isSqlite)
        {
            // Few rows are read whole, and sorted and joined at once, even where an index is at hand; so only where there is none.
            await using var settings = command.Connection!.CreateCommand();
            settings.CommandText = "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off;";
            await settings.ExecuteNonQueryAsync(cancellationToken);

            // Whoever makes an index counts rows, and to a table of one any index is right; so as if nobody had counted.
            settings.CommandText = "UPDATE pg_class SET relpages = 0, reltuples = -1 WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace;";
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }

        var lines = await Explain(command, isSqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN ", column: isSqlite ? 3 : 0, cancellationToken);
        plans.Add(isSqlite ? OfSqlite(command.CommandText, lines) : OfPostgres(command.CommandText, lines));
        return result;
    }

    public Task<Checkpoint?> ReadCheckpoint(Projection projection, CancellationToken ct) => store.ReadCheckpoint(projection, ct);

    public Task<ReadBuild?> OpenLive(Projection projection, CancellationToken ct) => store.OpenLive(projection, ct);

    public Task<ReadBuild> BeginLive(Projection projection, CancellationToken ct) => store.BeginLive(projection, ct);

    public Task<ReadBuild> BeginBuild(Projection projection, BuildPurpose purpose, CancellationToken ct) => store.BeginBuild(projection, purpose, ct);

    public Task<bool> TrySwap(ReadBuild build, bool evenBack, CancellationToken ct) => store.TrySwap(build, evenBack, ct);

    public Task<bool> IsLive(ReadBuild build, CancellationToken ct) => store.IsLive(build, ct);

    public Task<Lead?> TryLead(CancellationToken ct) => store.TryLead(ct);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private static async Task<List<string>> Explain(DbCommand asked, string how, int column, CancellationToken ct)
    {
        var sql = asked.CommandText;
        asked.CommandText = how + sql;
        List<string> lines = [];
        await using (var reader = await asked.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                lines.Add(reader.GetString(column));
            }
        }

        asked.CommandText = sql;
        return lines;
    }

    private static Plan OfSqlite(string sql, List<string> lines) => new(
        sql,
        string.Join('\n', lines),
        [.. lines.Where(line => line.StartsWith("SCAN ", StringComparison.Ordinal) && line.Contains(" USING ", StringComparison.Ordinal))],
        [.. lines.Where(line => (ReadsWhole().Match(line) is { Success: true } read && !lines.Exists(made => Makes(made, read.Groups[1].Value)))
            || line.Contains("B-TREE FOR ORDER BY", StringComparison.Ordinal) || line.Contains("AUTOMATIC", StringComparison.Ordinal))]);

    private static Plan OfPostgres(string sql, List<string> lines) => new(
        sql,
        string.Join('\n', lines),
        [.. lines.Where((line, n) => line.Contains("Index", StringComparison.Ordinal) && line.Contains(" using ", StringComparison.Ordinal)
            && !(n + 1 < lines.Count && lines[n + 1].Contains("Index Cond", StringComparison.Ordinal)))],
        [.. lines.Where(line => line.Contains("Seq Scan", StringComparison.Ordinal) || Sorts().IsMatch(line))]);

    /// <summary>The rows of a subquery are few where those are that it is made of.</summary>
    private static bool Makes(string line, string subquery) => line == $"CO-ROUTINE {subquery}" || line == $"MATERIALIZE {subquery}";

    [GeneratedRegex("^SCAN ([^ ]+)$")]
    private static partial Regex ReadsWhole();

    [GeneratedRegex("^[ ->]*Sort ")]
    private static partial Regex Sorts();
}
