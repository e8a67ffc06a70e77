using Npgsql;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>
/// Clears what is left of destroyed keys in the server's files. Deleted rows stay in their partition until it is
/// written anew, and everything that was ever written stays in the write-ahead log until a checkpoint lets go of the
/// file. What has to be cleared is noted in <c>keys.remains</c> with the destruction itself, so any node finishes it.
/// </summary>
internal static class KeyRemains
{
    private const long Lock = 0x52434B52; // "RCKR"

    /// <summary>Notes that the log up to here holds destroyed keys. Called with their partition locked, or written anew.</summary>
    public static Task AddLog(NpgsqlConnection connection, CancellationToken ct) =>
        connection.Run("INSERT INTO keys.remains (wal) VALUES (pg_current_wal_insert_lsn())", ct);

    /// <summary>Notes partitions from which keys were deleted, or in which they were exchanged.</summary>
    public static Task AddPartitions(NpgsqlConnection connection, DateTime[] dues, CancellationToken ct) =>
        connection.Run("INSERT INTO keys.remains (due) SELECT unnest($1::timestamptz[])", ct, dues);

    public static async Task<bool> None(NpgsqlConnection connection, CancellationToken ct) =>
        !await connection.Value<bool>("SELECT EXISTS (SELECT FROM keys.remains)", ct);

    /// <summary>Clears all that is noted, one node at a time.</summary>
    /// <returns>Null where nothing is left; else why not, for the operator.</returns>
    public static async Task<string?> Clear(NpgsqlConnection connection, CancellationToken ct)
    {
        if (await None(connection, ct))
        {
            return null;
        }

        await connection.Run("SET lock_timeout = '30s'", ct);
        await connection.Run("SELECT pg_advisory_lock($1)", ct, Lock);
        try
        {
            await Rewrite(connection, ct);
            return await LetGoOfLog(connection, ct);
        }
        finally
        {
            await connection.Run("SELECT pg_advisory_unlock($1)", CancellationToken.None, Lock);
        }
    }

    private static async Task Rewrite(NpgsqlConnection connection, CancellationToken ct)
    {
        var noted = await connection.Rows(
            "SELECT due, max(number) FROM keys.remains WHERE due IS NOT NULL GROUP BY due ORDER BY due",
            row => (Due: row.GetDateTime(0), Last: row.GetInt64(1)), ct);
        foreach (var (due, last) in noted)
        {
            await KeyPartitions.Rewrite(connection, due, ct);
            await using var transaction = await connection.BeginTransactionAsync(ct);
            await AddLog(connection, ct);
            await connection.Run("DELETE FROM keys.remains WHERE due = $1 AND number <= $2", ct, due, last);
            await transaction.CommitAsync(ct);
        }
    }

    private static async Task<string?> LetGoOfLog(NpgsqlConnection connection, CancellationToken ct)
    {
        if (await connection.Value<string>("SELECT max(wal)::text FROM keys.remains", ct) is not { } until)
        {
            return null;
        }

        // The last one stands for all before it.
        await connection.Run("DELETE FROM keys.remains WHERE wal < $1::text::pg_lsn", ct, until);

        // First a new file, then the checkpoint: it lets go of the files before the one in which it begins.
        if (!await IsCheckpointed(connection, until, ct))
        {
            if (await Lacks(connection, "SELECT pg_switch_wal()", ct))
            {
                return "the role lacks EXECUTE on pg_switch_wal()";
            }

            if (await Lacks(connection, "CHECKPOINT", ct))
            {
                return "the role lacks membership in pg_checkpoint";
            }
        }

        if (await connection.Value<bool>("SELECT current_setting('wal_recycle')::bool", ct))
        {
            // A recycled file keeps its old content under a new name until it is written over.
            return "the server's setting wal_recycle is on";
        }

        try
        {
            if (!await connection.Value<bool>(
                "SELECT NOT EXISTS (SELECT FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' AND substr(name, 9) <= substr(pg_walfile_name($1::text::pg_lsn), 9))", ct, until))
            {
                return "the server still keeps old files of its write-ahead log, for a replication slot, the archive or wal_keep_size";
            }
        }
        catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return "the role lacks EXECUTE on pg_ls_waldir(), so it is not known whether the files are gone";
        }

        await connection.Run("DELETE FROM keys.remains WHERE wal <= $1::text::pg_lsn", ct, until);
        return await None(connection, ct) ? null : "keys were destroyed meanwhile";
    }

    private static Task<bool> IsCheckpointed(NpgsqlConnection connection, string until, CancellationToken ct) =>
        connection.Value<bool>("SELECT substr(pg_walfile_name(redo_lsn), 9) > substr(pg_walfile_name($1::text::pg_lsn), 9) FROM pg_control_checkpoint()", ct, until);

    private static async Task<bool> Lacks(NpgsqlConnection connection, string statement, CancellationToken ct)
    {
        try
        {
            await connection.RunLong(statement, ct);
            return false;
        }
        catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return true;
        }
    }
}
