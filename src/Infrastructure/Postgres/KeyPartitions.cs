using System.Globalization;
using Npgsql;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>
/// The partitions of <c>keys.wrapped</c>: one for each time of destruction, at full hours (at full periods where
/// messages live for less than an hour). A key lies in the first one at or after its own time.
/// </summary>
internal sealed class KeyPartitions(TimeSpan period)
{
    private const long Lock = 0x52434B50; // "RCKP"
    private const string Prefix = "wrapped_";
    private const string Format = "yyyyMMdd't'HHmmss";

    /// <summary>When the partition of a key that has to be kept until <paramref name="destroyAfter"/> is dropped.</summary>
    public DateTime Due(DateTimeOffset destroyAfter) =>
        new((destroyAfter.UtcTicks + period.Ticks - 1) / period.Ticks * period.Ticks, DateTimeKind.Utc);

    /// <summary>Makes those that are not there, each so that nobody's reading is held up.</summary>
    public static async Task Make(NpgsqlConnection connection, IEnumerable<DateTime> dues, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Run("SELECT pg_advisory_xact_lock($1)", ct, Lock);
        foreach (var due in dues.Distinct())
        {
            var table = Table(due);
            if (!await Exists(connection, due, ct))
            {
                // Attached, since making it in its place would wait for whoever reads any partition, a dump for example.
                // Without statistics, as the whole is: samples of the keys would outlive them.
                await connection.Run(
                    $"""
                    CREATE TABLE {table} (LIKE keys.wrapped INCLUDING INDEXES);
                    ALTER TABLE {table} ALTER COLUMN wrapped SET STATISTICS 0;
                    ALTER TABLE keys.wrapped ATTACH PARTITION {table} FOR VALUES IN ('{due.ToString("O", CultureInfo.InvariantCulture)}');
                    """,
                    ct);
            }
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>The times of those that are due, earliest first.</summary>
    public static Task<List<DateTime>> Due(NpgsqlConnection connection, DateTimeOffset now, CancellationToken ct) => connection.Rows(
        """
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'keys.wrapped'::regclass AND relname <= $1 ORDER BY relname
        """,
        row => Parse(row.GetString(0)),
        ct,
        Prefix + now.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));

    /// <summary>
    /// Drops one, after whoever uses it is through. What was put there at the last moment is destroyed with it: the
    /// result holds those ids.
    /// </summary>
    /// <exception cref="PostgresException">Somebody uses it for long (<c>55P03</c>): nothing was changed.</exception>
    public static async Task<List<string>> Drop(NpgsqlConnection connection, DateTime due, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.Run("SET LOCAL lock_timeout = '2s'", ct);
        await connection.Run($"LOCK TABLE {Table(due)} IN ACCESS EXCLUSIVE MODE", ct);
        var ids = await connection.Rows("DELETE FROM keys.places WHERE due = $1 RETURNING id", row => row.GetString(0), ct, due);
        await connection.Run($"DROP TABLE {Table(due)}", ct);
        await KeyRemains.AddLog(connection, ct);
        await transaction.CommitAsync(ct);
        return ids;
    }

    /// <summary>Writes one anew, without what was deleted from it. Not within a transaction.</summary>
    /// <exception cref="PostgresException">Somebody uses it for long (<c>55P03</c>).</exception>
    public static async Task Rewrite(NpgsqlConnection connection, DateTime due, CancellationToken ct)
    {
        try
        {
            await connection.Run("SET lock_timeout = '2s'", ct);
            await connection.RunLong($"VACUUM FULL {Table(due)}", ct);
        }
        catch (PostgresException dropped) when (dropped.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // Nothing is left of it.
        }
    }

    private static Task<bool> Exists(NpgsqlConnection connection, DateTime due, CancellationToken ct) =>
        connection.Value<bool>("SELECT to_regclass($1) IS NOT NULL", ct, Table(due));

    private static string Table(DateTime due) => $"keys.{Prefix}{due.ToString(Format, CultureInfo.InvariantCulture)}";

    private static DateTime Parse(string name) => DateTime.ParseExact(
        name.AsSpan(Prefix.Length), Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
