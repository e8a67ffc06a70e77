using System.Data.Common;
using System.Globalization;
using System.Reflection;

namespace RandomChat.Infrastructure.Migrations;

/// <summary>Brings tables up to date that are not derived from events and so cannot be built anew.</summary>
public interface ISchemaMigrations
{
    /// <exception cref="MigrationException">The tables are damaged, or of a newer version of this program.</exception>
    /// <exception cref="Application.Events.DependencyUnavailableException">Their database cannot be reached.</exception>
    Task Apply(CancellationToken ct);
}

/// <summary>Tables cannot be brought up to date. The message says what to do.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The scripts of a folder, embedded in an assembly as <c>0001-what-it-does.sql</c>: applied in the order of their numbers,
/// each once. A table of their own remembers which were.
/// </summary>
/// <param name="folder">As resources are named, e.g. <c>.Postgres.Migrations.</c></param>
/// <param name="ending">Of the scripts for one engine, where a folder holds those of several.</param>
public sealed class MigrationScripts(Assembly assembly, string folder, string ending = ".sql")
{
    /// <summary>Applies what is missing, in the transaction that is open on the connection.</summary>
    /// <param name="table">Remembers, by <c>number</c> and <c>name</c>; made already.</param>
    /// <param name="what">The schema or file, to begin a sentence with.</param>
    /// <exception cref="MigrationException">The tables are of a newer version of this program.</exception>
    internal async Task Apply(DbConnection connection, string table, string what, CancellationToken ct)
    {
        var done = await connection.Number($"SELECT coalesce(max(number), 0) FROM {table}", ct);
        var scripts = Read();
        if (done > scripts[^1].Number)
        {
            throw new MigrationException($"{what} is of a newer version ({done}) than this program ({scripts[^1].Number}). Start the newer program.");
        }

        foreach (var (number, name, sql) in scripts.Where(script => script.Number > done))
        {
            await connection.Run(sql, ct);
            await connection.Run($"INSERT INTO {table} (number, name) VALUES (@number, @name)", ct, ("number", number), ("name", name));
        }
    }

    private List<(int Number, string Name, string Sql)> Read() =>
    [
        .. assembly.GetManifestResourceNames()
            .Where(resource => resource.Contains(folder, StringComparison.Ordinal) && resource.EndsWith(ending, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(resource =>
            {
                var name = resource[(resource.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..];
                using var text = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                return (int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, text.ReadToEnd());
            }),
    ];
}

/// <summary>What the engines' drivers have in common.</summary>
file static class Commands
{
    /// <summary>Runs all statements of a text.</summary>
    public static async Task Run(this DbConnection connection, string sql, CancellationToken ct, params (string Name, object Value)[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task<int> Number(this DbConnection connection, string sql, CancellationToken ct)
    {
        await using var command = connection.Command(sql);
        return Convert.ToInt32(await command.ExecuteScalarAsync(ct), CultureInfo.InvariantCulture);
    }

    private static DbCommand Command(this DbConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Scripts of this program, and statements about the table that remembers them.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
