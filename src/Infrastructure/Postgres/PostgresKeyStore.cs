using Microsoft.Extensions.Logging;
using Npgsql;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>
/// Wrapped keys in Postgres, shared by every node. PostgreSQL overwrites nothing in place, so keys that end together lie
/// in a partition of their own, which is dropped at that time (<see cref="KeyPartitions"/>); a key destroyed earlier is
/// deleted and its partitions are written anew; then the write-ahead log lets go of its old files
/// (<see cref="KeyRemains"/>). <c>keys.places</c> says where each key lies and makes its id unique over all partitions.
/// </summary>
public sealed class PostgresKeyStore : IKeyStore
{
    private readonly PostgresLine line;
    private readonly KeyPartitions partitions;
    private readonly TimeProvider time;
    private readonly ILogger<PostgresKeyStore> log;
    private readonly Lock gate = new();
    private HashSet<long> erasures = [];
    private string? remaining;

    /// <param name="source">A database to which <see cref="PostgresMigrations"/> were applied.</param>
    /// <param name="period">Keys are destroyed at full periods: <see cref="SealingOptions.KeyPeriod"/>.</param>
    public PostgresKeyStore(NpgsqlDataSource source, TimeSpan period, TimeProvider time, ILogger<PostgresKeyStore> log)
    {
        line = new PostgresLine(source, time);
        partitions = new KeyPartitions(period);
        (this.time, this.log) = (time, log);
    }

    public string Name => PostgresFailure.Dependency;

    public string Kind => "sealing keys";

    public ValueTask<StoredKey?> Get(string id, CancellationToken ct) => line.Run(connection => KeyRows.Find(connection, id, ct), ct);

    public ValueTask<StoredKey?> Any(CancellationToken ct) => line.Run(
        async connection =>
        {
            // Whichever was found may be destroyed before it is read.
            while (await connection.Value<string>("SELECT id FROM keys.places LIMIT 1", ct) is { } id)
            {
                if (await KeyRows.Find(connection, id, ct) is { } key)
                {
                    return key;
                }
            }

            return null;
        },
        ct);

    public ValueTask<IReadOnlyList<StoredKey>> Put(IReadOnlyList<StoredKey> keys, CancellationToken ct) => line.Run<IReadOnlyList<StoredKey>>(
        async connection =>
        {
            var stored = new Dictionary<string, StoredKey>();

            // Again only for ids that were taken by another writer and destroyed before they could be read.
            while (keys.Where(key => !stored.ContainsKey(key.Id)).DistinctBy(key => key.Id).ToArray() is { Length: > 0 } missing)
            {
                var dues = missing.Select(key => partitions.Due(key.DestroyAfter)).ToArray();
                var free = await WithPartitions(connection, dues, () => KeyRows.Insert(connection, missing, dues, ct), ct);
                foreach (var key in missing)
                {
                    if ((free.Contains(key.Id) ? key : await KeyRows.Find(connection, key.Id, ct)) is { } there)
                    {
                        stored[key.Id] = there;
                    }
                }
            }

            return [.. keys.Select(key => stored[key.Id])];
        },
        ct);

    public ValueTask<IReadOnlyList<string>> Touch(IReadOnlyList<KeyLife> lives, CancellationToken ct) => line.Run<IReadOnlyList<string>>(
        async connection =>
        {
            var longer = lives.Select(life => (life, partitions.Due(life.DestroyAfter))).ToArray();
            return await WithPartitions(
                connection, longer.Select(life => life.Item2), () => KeyRows.Lengthen(connection, longer, time.GetUtcNow(), ct), ct);
        },
        ct);

    public async ValueTask Shorten(IReadOnlyList<KeyLife> lives, CancellationToken ct) => await line.Run<bool>(
        async connection =>
        {
            var shorter = lives.Select(life => (life, partitions.Due(life.DestroyAfter))).ToArray();
            var numbers = await WithPartitions(
                connection, shorter.Select(life => life.Item2), () => KeyRows.Shorten(connection, shorter, ct), ct);
            if (numbers is [])
            {
                // Asked again and again of keys that have their end already: nothing was moved.
                return true;
            }

            lock (gate)
            {
                erasures.UnionWith(numbers);
            }

            // The partition from which they were moved.
            return await Clear(connection, inUse: null, ct);
        },
        ct);

    public ValueTask<Destruction> Destroy(IReadOnlyList<string> ids, CancellationToken ct) => line.Run(
        async connection =>
        {
            var (destroyed, numbers) = await KeyRows.Delete(connection, ids, ct);
            lock (gate)
            {
                erasures.UnionWith(numbers);
            }

            return new Destruction(destroyed, await Clear(connection, inUse: null, ct));
        },
        ct);

    public ValueTask<Destruction> DestroyDue(DateTimeOffset now, CancellationToken ct) => line.Run(
        async connection =>
        {
            // From here on nobody finds them, also where a partition cannot be dropped yet.
            var ids = await connection.Rows("DELETE FROM keys.places WHERE due <= $1 RETURNING id", row => row.GetString(0), ct, now.UtcDateTime);
            string? inUse = null;
            foreach (var due in await KeyPartitions.Due(connection, now, ct))
            {
                try
                {
                    ids.AddRange(await KeyPartitions.Drop(connection, due, ct));
                }
                catch (PostgresException used) when (used.SqlState == PostgresErrorCodes.LockNotAvailable)
                {
                    inUse = "somebody, a dump for example, reads them";
                }
                catch (PostgresException dropped) when (dropped.SqlState == PostgresErrorCodes.UndefinedTable)
                {
                    // Another node was first.
                }
            }

            ids.AddRange(await ErasedElsewhere(connection, ct));
            return new Destruction(ids, await Clear(connection, inUse, ct));
        },
        ct);

    public ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct) => line.Run<IReadOnlyList<WrappedSecret>>(
        async connection => await KeyRows.Page(connection, after ?? string.Empty, most, ct), ct);

    /// <summary>The old versions of the rows go when their partitions are written anew, by the next upkeep of any node.</summary>
    public ValueTask<int> Exchange(IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct) => line.Run(
        connection => KeyRows.Exchange(connection, exchanges, ct), ct);

    /// <summary>Most writes find their partitions; the first one of an hour makes them and tries again.</summary>
    private static async Task<T> WithPartitions<T>(NpgsqlConnection connection, IEnumerable<DateTime> dues, Func<Task<T>> write, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await write();
            }
            catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.CheckViolation)
            {
                await KeyPartitions.Make(connection, dues, ct);
            }
        }
    }

    /// <summary>What other nodes destroyed before its time, or shortened, since the last run: this one may still hold it in memory.</summary>
    private async Task<IEnumerable<string>> ErasedElsewhere(NpgsqlConnection connection, CancellationToken ct)
    {
        var recent = await KeyRows.Erasures(connection, ct);
        lock (gate)
        {
            var news = recent.Where(erasure => !erasures.Contains(erasure.Number)).Select(erasure => erasure.Id).ToList();
            erasures = [.. recent.Select(erasure => erasure.Number)];
            return news;
        }
    }

    /// <summary>The keys are deleted for good already: whatever fails here is tried again by the next run of any node.</summary>
    private async Task<bool> Clear(NpgsqlConnection connection, string? inUse, CancellationToken ct)
    {
        string? reason;
        try
        {
            reason = await KeyRemains.Clear(connection, ct) ?? inUse;
        }
        catch (PostgresException used) when (used.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            reason = "somebody, a dump or another node for example, uses them";
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or TimeoutException)
        {
            reason = PostgresFailure.Explain(failure).Message;
        }

        if (Interlocked.Exchange(ref remaining, reason) != reason && reason is not null)
        {
            log.KeyFilesRemain(reason);
        }

        return reason is null;
    }
}
