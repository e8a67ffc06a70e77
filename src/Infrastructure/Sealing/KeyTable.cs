using Microsoft.Data.Sqlite;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>The statements of the key store's one table. Times are UTC ticks.</summary>
internal static class KeyTable
{
    public const string Schema = """
        CREATE TABLE keys (
            id TEXT PRIMARY KEY,
            kind INTEGER NOT NULL,
            wrapped BLOB NOT NULL,
            destroy_after INTEGER NOT NULL,
            created_at INTEGER NOT NULL);
        CREATE INDEX keys_destroy_after ON keys (destroy_after);
        """;

    public static StoredKey? Find(SqliteConnection connection, string which, (string, object) parameter)
    {
        using var command = Command(connection, $"SELECT id, kind, wrapped, destroy_after, created_at FROM keys {which}", parameter);
        using var row = command.ExecuteReader();
        return row.Read()
            ? new StoredKey(row.GetString(0), (KeyKind)row.GetInt32(1), row.GetFieldValue<byte[]>(2), Time(row.GetInt64(3)), Time(row.GetInt64(4)))
            : null;
    }

    /// <summary>The key as it is stored now: this one, or that of an earlier writer.</summary>
    public static StoredKey Put(SqliteConnection connection, StoredKey key)
    {
        using var insert = Command(
            connection,
            "INSERT INTO keys (id, kind, wrapped, destroy_after, created_at) VALUES ($id, $kind, $wrapped, $after, $created) ON CONFLICT (id) DO NOTHING",
            ("$id", key.Id), ("$kind", (int)key.Kind), ("$wrapped", key.Wrapped.ToArray()), ("$after", key.DestroyAfter.UtcTicks), ("$created", key.CreatedAt.UtcTicks));
        return insert.ExecuteNonQuery() == 1 ? key : Find(connection, "WHERE id = $id", ("$id", key.Id))!;
    }

    public static List<WrappedSecret> Page(SqliteConnection connection, string after, int most)
    {
        using var command = Command(connection, "SELECT id, wrapped FROM keys WHERE id > $after ORDER BY id LIMIT $most", ("$after", after), ("$most", most));
        using var rows = command.ExecuteReader();
        var page = new List<WrappedSecret>();
        while (rows.Read())
        {
            page.Add(new(rows.GetString(0), rows.GetFieldValue<byte[]>(1)));
        }

        return page;
    }

    /// <returns>Whether the key was as it was before.</returns>
    public static bool Exchange(SqliteConnection connection, WrappedExchange exchange)
    {
        using var update = Command(
            connection, "UPDATE keys SET wrapped = $new WHERE id = $id AND wrapped = $old",
            ("$id", exchange.Id), ("$old", exchange.Before.ToArray()), ("$new", exchange.After.ToArray()));
        return update.ExecuteNonQuery() == 1;
    }

    /// <returns>Whether the key exists.</returns>
    public static bool Touch(SqliteConnection connection, KeyLife life)
    {
        using var update = Command(
            connection, "UPDATE keys SET destroy_after = max(destroy_after, $after) WHERE id = $id", ("$id", life.Id), ("$after", life.DestroyAfter.UtcTicks));
        return update.ExecuteNonQuery() == 1;
    }

    public static void Shorten(SqliteConnection connection, KeyLife life)
    {
        using var update = Command(
            connection, "UPDATE keys SET destroy_after = min(destroy_after, $after) WHERE id = $id", ("$id", life.Id), ("$after", life.DestroyAfter.UtcTicks));
        update.ExecuteNonQuery();
    }

    public static bool Delete(SqliteConnection connection, string id)
    {
        using var delete = Command(connection, "DELETE FROM keys WHERE id = $id", ("$id", id));
        return delete.ExecuteNonQuery() == 1;
    }

    public static List<string> DeleteDue(SqliteConnection connection, DateTimeOffset now)
    {
        using var delete = Command(connection, "DELETE FROM keys WHERE destroy_after <= $now RETURNING id", ("$now", now.UtcTicks));
        using var rows = delete.ExecuteReader();
        var ids = new List<string>();
        while (rows.Read())
        {
            ids.Add(rows.GetString(0));
        }

        return ids;
    }

    /// <summary>Writes the log's pages over the old ones and cuts it to nothing, waiting a while for readers.</summary>
    /// <returns>False where a reader of an old state was in the way.</returns>
    public static bool EmptyLog(SqliteConnection connection)
    {
        using var checkpoint = Command(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        using var row = checkpoint.ExecuteReader();
        return row.Read() && row.GetInt32(0) == 0;
    }

    public static long Number(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    public static void Run(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every text comes from this folder; what varies is a parameter.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
