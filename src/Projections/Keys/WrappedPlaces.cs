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

    private WrappedPlaces(MasterKeySource source, LocalMasterKeys masters, IAsyncDisposable store, IKeyStore keys, ISecretStore secrets) =>
        (Source, Masters, this.store, All, Secrets) = (source, masters, store, [keys, secrets], secrets);

    public MasterKeySource Source { get; }

    public LocalMasterKeys Masters { get; }

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

        var masters = new LocalMasterKeys(source);
        if (settings.PostgresConnection() is { } connection)
        {
            var database = NpgsqlDataSource.Create(connection);
            return new(
                source, masters, database,
                new PostgresKeyStore(database, new SealingOptions().KeyPeriod, TimeProvider.System, NullLogger<PostgresKeyStore>.Instance),
                new PostgresSecrets(database, () => masters));
        }

        var file = Path.Combine(data, "keys.db");
        if (!File.Exists(file))
        {
            throw new SealingException($"There is no key store {file}. Name its folder by RandomChat:DataDirectory.");
        }

        var store = new SqliteKeyStore(file);
        return new(source, masters, store, store, new SecretFiles(Path.Combine(data, "keys"), () => masters));
    }

    /// <summary>
    /// The same, for whoever is going to wrap something: the master keys open what is stored. With others, of another server or of
    /// another time, what is wrapped now could not be opened by anybody.
    /// </summary>
    /// <exception cref="SealingException">They do not, and nothing was changed.</exception>
    public static async Task<WrappedPlaces> OpenProved(IConfiguration settings, CancellationToken ct)
    {
        var places = Open(settings);
        try
        {
            foreach (var place in places.All)
            {
                await places.Masters.Prove((await place.Page(null, 1, ct)) is [var stored] ? stored : null, ct);
            }

            return places;
        }
        catch
        {
            await places.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
