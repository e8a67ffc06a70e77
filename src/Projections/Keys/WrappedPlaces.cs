using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Projections.Keys;

/// <summary>Everything that the servers of these settings have stored wrapped under their master keys.</summary>
internal sealed class WrappedPlaces : IAsyncDisposable
{
    private readonly IAsyncDisposable store;

    private WrappedPlaces(MasterKeySource source, IAsyncDisposable store, IKeyStore keys, ISecretStore secrets) =>
        (Source, this.store, All, Secrets) = (source, store, [keys, secrets], secrets);

    public MasterKeySource Source { get; }

    public IReadOnlyList<IWrappedSecrets> All { get; }

    /// <summary>Keys of tokens, and generations of the pepper.</summary>
    public ISecretStore Secrets { get; }

    /// <exception cref="SealingException">There are neither master keys nor stored ones, or they cannot be used.</exception>
    public static WrappedPlaces Open(IConfiguration settings)
    {
        var data = RandomChatSettings.DataDirectory(settings);
        var source = MasterKeySource.Of(settings, data);
        if (!source.IsThere)
        {
            throw new SealingException($"{source.Name} is not there. Name it by Sealing:MasterKeyFile, or start the server once: it makes one.");
        }

        if (settings.PostgresConnection() is { } connection)
        {
            var database = NpgsqlDataSource.Create(connection);
            return new(
                source, database,
                new PostgresKeyStore(database, new SealingOptions().KeyPeriod, TimeProvider.System, NullLogger<PostgresKeyStore>.Instance),
                new PostgresSecrets(database, () => new LocalMasterKeys(source)));
        }

        var file = Path.Combine(data, "keys.db");
        if (!File.Exists(file))
        {
            throw new SealingException($"There is no key store {file}. Name its folder by RandomChat:DataDirectory.");
        }

        var store = new SqliteKeyStore(file);
        return new(source, store, store, new SecretFiles(Path.Combine(data, "keys"), () => new LocalMasterKeys(source)));
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
