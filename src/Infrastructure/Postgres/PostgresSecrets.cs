using System.Security.Cryptography;
using System.Text;
using Npgsql;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>
/// What every node has to know: the server's secret and the keys of tokens and cookies. They lie wrapped under the
/// master keys, so that a copy of the database alone lets nobody make a token. Read once a start and seldom written.
/// </summary>
/// <param name="source">A database to which <see cref="PostgresMigrations"/> were applied.</param>
/// <param name="masters">The master keys, proved against the stored keys.</param>
public sealed class PostgresSecrets(NpgsqlDataSource source, Func<IMasterKeys> masters) : IWrappedSecrets
{
    private const int Length = 32;

    /// <summary>As <see cref="Id"/> makes it, in the order of bytes, whatever the database's.</summary>
    private const string StoredId = """('secret:' || kind || ':' || name) COLLATE "C" """;

    /// <summary>32 random bytes of this name, the same on every node; made by whichever asks first.</summary>
    /// <exception cref="Application.Events.DependencyUnavailableException"><c>postgres</c> does not answer.</exception>
    /// <exception cref="Application.Sealing.SealingException">The master keys are lost or others.</exception>
    public byte[] Random(string name)
    {
        const string Kind = "random";
        Add(Kind, name, RandomNumberGenerator.GetBytes(Length));
        return Read("SELECT name, wrapped FROM keys.secrets WHERE kind = $1 AND name = $2", Kind, name).Single();
    }

    /// <summary>All texts of a kind, oldest first.</summary>
    /// <inheritdoc cref="Random"/>
    public IReadOnlyList<string> Texts(string kind) =>
        [.. Read("SELECT name, wrapped FROM keys.secrets WHERE kind = $1 ORDER BY created_at, name", kind).Select(Encoding.UTF8.GetString)];

    /// <summary>Stores a text; one that is there under this name stays.</summary>
    /// <inheritdoc cref="Random"/>
    public void AddText(string kind, string name, string text) => Add(kind, name, Encoding.UTF8.GetBytes(text));

    public string Kind => "secrets of the server";

    public async ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct) => await Ask(
        connection => connection.Rows(
            $"SELECT {StoredId}, wrapped FROM keys.secrets WHERE {StoredId} > $1 ORDER BY 1 LIMIT $2",
            row => new WrappedSecret(row.GetString(0), row.GetFieldValue<byte[]>(1)), ct, after ?? string.Empty, most),
        ct);

    /// <summary>The table is small: it is written anew at once, and any upkeep lets go of the write-ahead log.</summary>
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
                await connection.RunLong("VACUUM FULL keys.secrets", ct);
                await KeyRemains.AddLog(connection, ct);
            }

            return exchanged;
        },
        ct);

    private byte[] Wrap(string id, byte[] secret) => Wait(masters().Wrap([new(id, secret)], CancellationToken.None))[0];

    private byte[] Unwrap(string id, byte[] wrapped) => Wait(masters().Unwrap(id, wrapped, CancellationToken.None)).Secret;

    /// <summary>Whoever asks for the keys of tokens cannot do so without waiting; seldom, and of a ring in this process never.</summary>
    private static T Wait<T>(ValueTask<T> answer) => answer.IsCompletedSuccessfully ? answer.Result : answer.AsTask().GetAwaiter().GetResult();

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
