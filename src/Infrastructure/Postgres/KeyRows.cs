using Npgsql;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>
/// The statements on keys. <c>keys.places</c> is always written first, so whoever locks a key's place there has it alone.
/// </summary>
internal static class KeyRows
{
    private const int PageAttempts = 20;

    public static async Task<StoredKey?> Find(NpgsqlConnection connection, string id, CancellationToken ct)
    {
        // Two questions, since only of a partition that is named by a value nothing but that one is looked at.
        for (DateTime? before = null; await connection.Value<DateTime?>("SELECT due FROM keys.places WHERE id = $1", ct, id) is { } due; before = due)
        {
            var found = await connection.Rows(
                "SELECT kind, wrapped, destroy_after, created_at FROM keys.wrapped WHERE id = $1 AND due = $2",
                row => new StoredKey(id, (KeyKind)row.GetInt16(0), row.GetFieldValue<byte[]>(1), Time(row.GetInt64(2)), Time(row.GetInt64(3))),
                ct, id, due);
            if (found is [var key])
            {
                return key;
            }

            // It has moved or was destroyed in between; one that stays is a place without a key.
            if (due == before)
            {
                throw new SealingException($"The key store in Postgres is damaged: the key {id} is not where it should be. Put back a good copy.");
            }
        }

        return null;
    }

    /// <summary>Stores those whose ids are free, all or none.</summary>
    /// <returns>The ids that were free.</returns>
    /// <exception cref="PostgresException">A partition is missing (<c>23514</c>).</exception>
    public static async Task<HashSet<string>> Insert(NpgsqlConnection connection, IReadOnlyList<StoredKey> keys, DateTime[] dues, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);

        // In one order for everybody, so that two writers of the same ids do not wait for each other. Who is second waits
        // for the first's commit here.
        var free = (await connection.Rows(
            """
            INSERT INTO keys.places (id, due) SELECT id, due FROM unnest($1::text[], $2::timestamptz[]) AS given (id, due) ORDER BY id
            ON CONFLICT (id) DO NOTHING RETURNING id
            """,
            row => row.GetString(0), ct, keys.Select(key => key.Id).ToArray(), dues)).ToHashSet(StringComparer.Ordinal);
        var mine = keys.Zip(dues).Where(key => free.Contains(key.First.Id)).ToArray();

        // A row that is there already is what a partition that is due and in use still holds of a destroyed key.
        await connection.Run(
            """
            INSERT INTO keys.wrapped (id, due, kind, wrapped, destroy_after, created_at)
            SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::smallint[], $4::bytea[], $5::bigint[], $6::bigint[])
            ON CONFLICT (id, due) DO UPDATE
            SET kind = excluded.kind, wrapped = excluded.wrapped, destroy_after = excluded.destroy_after, created_at = excluded.created_at
            """,
            ct,
            mine.Select(key => key.First.Id).ToArray(),
            mine.Select(key => key.Second).ToArray(),
            mine.Select(key => (short)key.First.Kind).ToArray(),
            mine.Select(key => key.First.Wrapped.ToArray()).ToArray(),
            mine.Select(key => key.First.DestroyAfter.UtcTicks).ToArray(),
            mine.Select(key => key.First.CreatedAt.UtcTicks).ToArray());
        await transaction.CommitAsync(ct);
        return free;
    }

    /// <summary>
    /// Lets keys live longer. One that ends in another partition by that is moved there; the bytes of its old row stay
    /// in the old one, which is dropped at its own, earlier time.
    /// </summary>
    /// <returns>The ids that do not exist.</returns>
    /// <exception cref="PostgresException">A partition is missing (<c>23514</c>).</exception>
    public static async Task<List<string>> Lengthen(
        NpgsqlConnection connection, IReadOnlyList<(KeyLife Life, DateTime Due)> lives, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var places = await Lock(connection, lives.Select(life => life.Life.Id), ct);
        foreach (var (life, due) in lives.Where(life => places.ContainsKey(life.Life.Id)))
        {
            var before = places[life.Id].Due;
            var longer = await connection.Run(
                "UPDATE keys.wrapped SET destroy_after = $3, due = $4 WHERE id = $1 AND due = $2 AND destroy_after < $3",
                ct, life.Id, before, life.DestroyAfter.UtcTicks, due);
            if (longer == 1 && due != before)
            {
                await connection.Run(
                    """
                    UPDATE keys.places SET due = $2, former = ARRAY(SELECT * FROM unnest(former || $3) AS old (due) WHERE due > $4)
                    WHERE id = $1
                    """,
                    ct, life.Id, due, before, now.UtcDateTime);
                places[life.Id] = (due, places[life.Id].Former);
            }
        }

        await transaction.CommitAsync(ct);
        return [.. lives.Select(life => life.Life.Id).Where(id => !places.ContainsKey(id))];
    }

    /// <summary>
    /// Lets keys live shorter. One that ends in another partition by that is moved there, and the one it comes from, which
    /// would have kept its bytes until later, is noted to be written anew.
    /// </summary>
    /// <returns>The numbers under which the others learn of it.</returns>
    /// <exception cref="PostgresException">A partition is missing (<c>23514</c>).</exception>
    public static async Task<List<long>> Shorten(NpgsqlConnection connection, IReadOnlyList<(KeyLife Life, DateTime Due)> lives, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var places = await Lock(connection, lives.Select(life => life.Life.Id), ct);
        var shortened = new List<string>();
        foreach (var (life, due) in lives.Where(life => places.ContainsKey(life.Life.Id)))
        {
            var (before, former) = places[life.Id];
            if (await connection.Run(
                "UPDATE keys.wrapped SET destroy_after = $3, due = $4 WHERE id = $1 AND due = $2 AND destroy_after > $3",
                ct, life.Id, before, life.DestroyAfter.UtcTicks, due) == 0)
            {
                continue;
            }

            shortened.Add(life.Id);
            if (due != before)
            {
                await connection.Run("UPDATE keys.places SET due = $2, former = array_remove(former, $2) WHERE id = $1", ct, life.Id, due);
                await KeyRemains.AddPartitions(connection, [.. former.Where(old => old > due).Append(before)], ct);
                places[life.Id] = (due, former);
            }
        }

        var numbers = await NoteForOthers(connection, shortened, ct);
        await transaction.CommitAsync(ct);
        return numbers;
    }

    /// <summary>Deletes keys before their time, and notes where remains of them have to be cleared.</summary>
    /// <returns>The ids that existed, and the numbers of their erasures.</returns>
    public static async Task<(List<string> Ids, List<long> Erasures)> Delete(NpgsqlConnection connection, IReadOnlyList<string> ids, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var places = await Lock(connection, ids, ct);
        if (places.Count == 0)
        {
            return ([], []);
        }

        var known = places.Keys.ToArray();
        await connection.Run(
            "DELETE FROM keys.wrapped WHERE id = ANY($1) AND due = ANY($2)", ct, known, places.Values.Select(place => place.Due).Distinct().ToArray());
        await connection.Run("DELETE FROM keys.places WHERE id = ANY($1)", ct, [known]);
        await KeyRemains.AddPartitions(connection, [.. places.Values.SelectMany(place => place.Former.Append(place.Due)).Distinct()], ct);
        var erasures = await NoteForOthers(connection, known, ct);
        await transaction.CommitAsync(ct);
        return ([.. known], erasures);
    }

    /// <summary>A page of keys in the order of ids, which do not change when keys move.</summary>
    public static async Task<List<WrappedSecret>> Page(NpgsqlConnection connection, string after, int most, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var places = await connection.Rows(
                "SELECT id, due FROM keys.places WHERE id > $1 ORDER BY id LIMIT $2", row => (Id: row.GetString(0), Due: row.GetDateTime(1)), ct, after, most);
            var dues = places.Select(place => place.Due).ToArray();
            var page = await connection.Rows(
                """
                SELECT id, wrapped FROM unnest($1::text[], $2::timestamptz[]) AS place (key, at) JOIN keys.wrapped ON id = key AND due = at
                WHERE due = ANY($3) ORDER BY id
                """,
                row => new WrappedSecret(row.GetString(0), row.GetFieldValue<byte[]>(1)), ct, places.Select(place => place.Id).ToArray(), dues, dues.Distinct().ToArray());

            // One that moved in between is not where it was, and none is to be passed over.
            if (page.Count == places.Count)
            {
                return page;
            }

            if (attempt == PageAttempts)
            {
                throw new SealingException("The key store in Postgres is damaged: some of the keys are not where they should be. Put back a good copy.");
            }
        }
    }

    /// <summary>Puts keys in the place of those that are as they were read, and notes the partitions that still hold the old ones.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> Exchange(NpgsqlConnection connection, IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var places = await Lock(connection, exchanges.Select(exchange => exchange.Id), ct);
        var mine = exchanges.Where(exchange => places.ContainsKey(exchange.Id)).ToArray();
        var exchanged = await connection.Rows(
            """
            UPDATE keys.wrapped SET wrapped = new
            FROM unnest($1::text[], $2::timestamptz[], $3::bytea[], $4::bytea[]) AS given (key, at, old, new)
            WHERE id = key AND due = at AND wrapped = old AND due = ANY($5)
            RETURNING id
            """,
            row => row.GetString(0), ct,
            mine.Select(exchange => exchange.Id).ToArray(),
            mine.Select(exchange => places[exchange.Id].Due).ToArray(),
            mine.Select(exchange => exchange.Before.ToArray()).ToArray(),
            mine.Select(exchange => exchange.After.ToArray()).ToArray(),
            mine.Select(exchange => places[exchange.Id].Due).Distinct().ToArray());
        await KeyRemains.AddPartitions(connection, [.. exchanged.SelectMany(id => places[id].Former.Append(places[id].Due)).Distinct()], ct);
        await transaction.CommitAsync(ct);
        return exchanged.Count;
    }

    /// <summary>What any node destroyed before its time, or shortened, within the last day.</summary>
    public static Task<List<(long Number, string Id)>> Erasures(NpgsqlConnection connection, CancellationToken ct) => connection.Rows(
        "SELECT number, id FROM keys.erasures WHERE at > clock_timestamp() - interval '1 day'", row => (row.GetInt64(0), row.GetString(1)), ct);

    private static async Task<List<long>> NoteForOthers(NpgsqlConnection connection, IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        await connection.Run("DELETE FROM keys.erasures WHERE at < clock_timestamp() - interval '2 days'", ct);
        return await connection.Rows(
            "INSERT INTO keys.erasures (id) SELECT unnest($1::text[]) RETURNING number", row => row.GetInt64(0), ct, [ids.ToArray()]);
    }

    private static async Task<Dictionary<string, (DateTime Due, DateTime[] Former)>> Lock(
        NpgsqlConnection connection, IEnumerable<string> ids, CancellationToken ct) =>
        (await connection.Rows(
            "SELECT id, due, former FROM keys.places WHERE id = ANY($1) ORDER BY id FOR UPDATE",
            row => (Id: row.GetString(0), Due: row.GetDateTime(1), Former: row.GetFieldValue<DateTime[]>(2)), ct, [ids.ToArray()]))
        .ToDictionary(place => place.Id, place => (place.Due, place.Former));

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
