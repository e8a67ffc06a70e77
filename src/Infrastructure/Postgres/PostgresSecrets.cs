using System.Security.Cryptography;
using System.Text;
using Npgsql;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Secrets;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>The secrets that all nodes share, in the schema <c>keys</c>.</summary>
/// <param name="source">A database to which <see cref="PostgresMigrations"/> were applied.</param>
/// <param name="masters">The master keys, proved against the stored keys.</param>
public sealed class PostgresSecrets(NpgsqlDataSource source, Func<IMasterKeys> masters) : ISecretStore
{
    private const string RandomKind = "random";
    private const int Length = 32;

    /// <summary>As <see cref="Id"/> makes it, in the order of bytes, whatever the database's.</summary>
    private const string StoredId = """('secret:' || kind || ':' || name) COLLATE "C" """;

    public byte[] Random(string name)
    {
        const string Sql = "SELECT name, wrapped FROM keys.secrets WHERE kind = $1 AND name = $2";
        if (Read(Sql, RandomKind, name) is [var known])
        {
            return known;
        }

        Add(RandomKind, name, RandomNumberGenerator.GetBytes(Length));
        return Read(Sql, RandomKind, name).Single();
    }

    public IReadOnlyList<string> RandomNames() => Ask(() =>
    {
        using var select = source.CreateCommand("SELECT name FROM keys.secrets WHERE kind = $1");
        select.Parameters.Add(new() { Value = RandomKind });
        using var rows = select.ExecuteReader();
        var names = new List<string>();
        while (rows.Read())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    });

    /// <summary>Its row too, and any upkeep lets go of the write-ahead log: a generation that is gone cannot be found again in the files.</summary>
    public void RemoveRandom(string name) => Answers.Now(new ValueTask<int>(Ask(
        async connection =>
        {
            var removed = await connection.Run("DELETE FROM keys.secrets WHERE kind = $1 AND name = $2", CancellationToken.None, RandomKind, name);
            await WriteAnew(connection, CancellationToken.None);
            return removed;
        },
        CancellationToken.None)));

    /// <summary>All texts of a kind, oldest first.</summary>
    public IReadOnlyList<string> Texts(string kind) =>
        [.. Read("SELECT name, wrapped FROM keys.secrets WHERE kind = $1 ORDER BY created_at, name", kind).Select(Encoding.UTF8.GetString)];

    public void AddText(string kind, string name, string text) => Add(kind, name, Encoding.UTF8.GetBytes(text));

    public string Kind => "secrets of the server";

    public async ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct) => await Ask(
        connection => connection.Rows(
            $"SELECT {StoredId}, wrapped FROM keys.secrets WHERE {StoredId} > $1 ORDER BY 1 LIMIT $2",
            row => new WrappedSecret(row.GetString(0), row.GetFieldValue<byte[]>(1)), ct, after ?? string.Empty, most),
        ct);

    public async ValueTask<int> Exchange(IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct) => await Ask(
        async connection =>
        {
            var exchanged = 0;
            foreach (var exchange in exchanges)
            {
                exchanged += await connection.Run(
                    $"UPDATE keys.secrets SET wrapped = $3 WHERE {StoredId} = $1 AND wrapped = $2", ct, exchange.Id, exchange.Before.ToArray(), exchange.After.ToArray());
            }

            if (exchanged > 0)
            {
                await WriteAnew(connection, ct);
            }

            return exchanged;
        },
        ct);

    /// <summary>The table is small: it is written anew at once, and any upkeep lets go of the write-ahead log.</summary>
    private static async Task WriteAnew(NpgsqlConnection connection, CancellationToken ct)
    {
        await connection.RunLong("VACUUM FULL keys.secrets", ct);
        await KeyRemains.AddLog(connection, ct);
    }

    private byte[] Wrap(string id, byte[] secret) => Answers.Now(masters().Wrap([new(id, secret)], CancellationToken.None))[0];

    private byte[] Unwrap(string id, byte[] wrapped) => Answers.Now(masters().Unwrap(id, wrapped, CancellationToken.None)).Secret;

    private async Task<T> Ask<T>(Func<NpgsqlConnection, Task<T>> question, CancellationToken ct)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            return await question(connection);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw PostgresFailure.Explain(failure);
        }
    }

    private void Add(string kind, string name, byte[] secret) => Ask(() =>
    {
        using var insert = source.CreateCommand("INSERT INTO keys.secrets (kind, name, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        insert.Parameters.AddRange(new NpgsqlParameter[] { new() { Value = kind }, new() { Value = name }, new() { Value = Wrap(Id(kind, name), secret) } });
        return insert.ExecuteNonQuery();
    });

    private List<byte[]> Read(string sql, string kind, params ReadOnlySpan<string> names)
    {
        var parameters = names.ToArray().Prepend(kind).Select(value => new NpgsqlParameter { Value = value }).ToArray();
        return Ask(() =>
        {
#pragma warning disable CA2100 // Both texts stand above.
            using var select = source.CreateCommand(sql);
#pragma warning restore CA2100
            select.Parameters.AddRange(parameters);
            using var rows = select.ExecuteReader();
            var secrets = new List<byte[]>();
            while (rows.Read())
            {
                secrets.Add(Unwrap(Id(kind, rows.GetString(0)), rows.GetFieldValue<byte[]>(1)));
            }

            return secrets;
        });
    }

    /// <summary>Not like that of any stored key, so that neither can stand in for the other.</summary>
    private static string Id(string kind, string name) => $"secret:{kind}:{name}";

    private static T Ask<T>(Func<T> question)
    {
        try
        {
            return question();
        }
        catch (Exception failure)
        {
            throw PostgresFailure.Explain(failure);
        }
    }
}
