using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

public static class SealingRegistration
{
    /// <summary>
    /// <see cref="ISealer"/> over the key store that is registered already, else over <c>keys.db</c> in the data
    /// directory, and the retention job. Call <see cref="PrepareKeys"/> before requests are served. Nothing is
    /// opened before that.
    /// </summary>
    /// <param name="masterKeys">What keys are wrapped under, unless an <see cref="IMasterKeys"/> is registered already.</param>
    public static IServiceCollection AddSealing(this IServiceCollection services, string dataDirectory, MasterKeySource masterKeys, SealingOptions? options = null)
    {
        var settings = options ?? new SealingOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.TryAddSingleton<IKeyStore>(_ => new SqliteKeyStore(Path.Combine(dataDirectory, "keys.db")));
        services.AddSingleton(provider => new TombstoneFile(
            settings.TombstoneFile ?? TombstoneFile.Beside(dataDirectory), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new TombstonedKeyStore(
            provider.GetRequiredService<IKeyStore>(), provider.GetRequiredService<TombstoneFile>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IMasterKeys>(provider => new LocalMasterKeys(masterKeys, provider.GetRequiredService<ILogger<LocalMasterKeys>>()));
        services.AddSingleton(provider => new Sealer(
            provider.GetRequiredService<TombstonedKeyStore>(), settings, provider.GetRequiredService<IMasterKeys>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ISealer>(provider => provider.GetRequiredService<Sealer>());
        services.AddHostedService<RetentionJob>();
        return services;
    }

    /// <summary>Destroys again what was destroyed before, if an older copy of the key store was put back; then proves the master keys and holds the keys ahead.</summary>
    /// <exception cref="SealingException">The master keys, the key store or the list of destroyed keys cannot be used.</exception>
    /// <exception cref="Application.Events.DependencyUnavailableException">The key store does not answer.</exception>
    public static async Task PrepareKeys(this IServiceProvider provider, CancellationToken ct)
    {
        var (revived, isNew) = await provider.GetRequiredService<TombstonedKeyStore>().Apply(ct);
        var log = provider.GetRequiredService<ILogger<TombstonedKeyStore>>();
        if (revived.Count > 0)
        {
            log.KeysWereThereAgain(revived.Count);
        }

        if (isNew && await provider.GetRequiredService<IKeyStore>().Any(ct) is not null)
        {
            log.TombstonesBegin(provider.GetRequiredService<TombstoneFile>().Path);
        }

        await provider.GetRequiredService<Sealer>().EnsureReady(ct);
    }
}
