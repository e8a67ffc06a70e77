using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Projections.Matchmaking;

/// <summary>The keys that open what was wished for, where they are at hand.</summary>
internal sealed class WishKeys : IAsyncDisposable
{
    private readonly IAsyncDisposable store;
    private readonly Sealer sealer;

    private WishKeys(IKeyStore keys, IAsyncDisposable store, MasterKeySource masterKeys)
    {
        this.store = store;
        sealer = new(keys, new SealingOptions(), new LocalMasterKeys(masterKeys), TimeProvider.System);
    }

    public ISealer Sealer => sealer;

    /// <summary>Null without a master key or without stored keys: neither is made here, since a new one opens nothing.</summary>
    public static WishKeys? Open(IConfiguration settings)
    {
        var folder = RandomChatSettings.DataDirectory(settings);
        var masterKeys = MasterKeySource.Of(settings, folder);
        if (!masterKeys.IsThere)
        {
            return null;
        }

        if (settings.PostgresConnection() is { } connection)
        {
            var source = NpgsqlDataSource.Create(connection);
            return new(
                new PostgresKeyStore(source, new SealingOptions().KeyPeriod, TimeProvider.System, NullLogger<PostgresKeyStore>.Instance), source, masterKeys);
        }

        var file = Path.Combine(folder, "keys.db");
        if (!File.Exists(file))
        {
            return null;
        }

        var store = new SqliteKeyStore(file);
        return new(store, store, masterKeys);
    }

    public async ValueTask DisposeAsync()
    {
        sealer.Dispose();
        await store.DisposeAsync();
    }
}
