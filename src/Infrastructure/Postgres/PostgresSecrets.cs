using System.Security.Cryptography;
using System.Text;
using Npgsql;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>
/// What every node has to know: the server's secret and the keys of tokens and cookies. They lie wrapped under the
/// master key, so that a copy of the database alone lets nobody make a token. Read once a start and seldom written.
/// </summary>
/// <param name="source">A database to which <see cref="PostgresMigrations"/> were applied.</param>
/// <param name="masterKey">The master key, proved against the stored keys.</param>
public sealed class PostgresSecrets(NpgsqlDataSource source, Func<MasterKey> masterKey)
{
    private const int Length = 32;

    /// <summary>32 random bytes of this name, the same on every node; made by whichever asks first.</summary>
    /// <exception cref="Application.Events.DependencyUnavailableException"><c>postgres</c> does not answer.</exception>
    /// <exception cref="Application.Sealing.SealingException">The master key is lost or another one.</exception>
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

    private void Add(string kind, string name, byte[] secret) => Ask(() =>
    {
        using var insert = source.CreateCommand("INSERT INTO keys.secrets (kind, name, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING");
        insert.Parameters.AddRange(new NpgsqlParameter[] { new() { Value = kind }, new() { Value = name }, new() { Value = masterKey().Wrap(Id(kind, name), secret) } });
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
                secrets.Add(masterKey().Unwrap(Id(kind, rows.GetString(0)), rows.GetFieldValue<byte[]>(1)));
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
