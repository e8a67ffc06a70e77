using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

public static class SealingRegistration
{
    /// <summary>
    /// <see cref="ISealer"/> over the key store that is registered already, else over <c>keys.db</c> in the data
    /// directory, and the retention job. Call <see cref="Sealer.EnsureReady"/> before requests are served. Nothing is
    /// opened before that.
    /// </summary>
    public static IServiceCollection AddSealing(this IServiceCollection services, string dataDirectory, SealingOptions? options = null)
    {
        var settings = options ?? new SealingOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(settings);
        services.TryAddSingleton<IKeyStore>(_ => new SqliteKeyStore(Path.Combine(dataDirectory, "keys.db")));
        services.AddSingleton(provider => new Sealer(
            provider.GetRequiredService<IKeyStore>(), settings, settings.MasterKeyFile ?? Path.Combine(dataDirectory, "master.key"),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ISealer>(provider => provider.GetRequiredService<Sealer>());
        services.AddHostedService<RetentionJob>();
        return services;
    }
}
