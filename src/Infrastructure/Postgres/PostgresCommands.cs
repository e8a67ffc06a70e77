using Npgsql;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>Statements with positional parameters in one line each.</summary>
internal static class PostgresCommands
{
    /// <summary>Rewriting and checkpoints write much at once.</summary>
    private const int LongSeconds = 120;

    /// <returns>The rows affected.</returns>
    public static async Task<int> Run(this NpgsqlConnection connection, string sql, CancellationToken ct, params object[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The same for what may take minutes on a busy server.</summary>
    public static async Task RunLong(this NpgsqlConnection connection, string sql, CancellationToken ct)
    {
        await using var command = connection.Command(sql);
        command.CommandTimeout = LongSeconds;
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The first column of the first row; the type's default where there is no row or it is null.</summary>
    public static async Task<T?> Value<T>(this NpgsqlConnection connection, string sql, CancellationToken ct, params object[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await using var rows = await command.ExecuteReaderAsync(ct);
        return await rows.ReadAsync(ct) && !await rows.IsDBNullAsync(0, ct) ? await rows.GetFieldValueAsync<T>(0, ct) : default;
    }

    public static async Task<List<T>> Rows<T>(
        this NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object[] parameters)
    {
        await using var command = connection.Command(sql, parameters);
        await using var rows = await command.ExecuteReaderAsync(ct);
        var result = new List<T>();
        while (await rows.ReadAsync(ct))
        {
            result.Add(read(rows));
        }

        return result;
    }

    private static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text comes from this folder; what varies is a parameter, or a partition's name made of a time.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var value in parameters)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
