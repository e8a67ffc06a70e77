using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Diagnostics;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>The event log on EventStoreDB.</summary>
public static class EventStoreDbSetup
{
    /// <summary>Registers <see cref="IEventStore"/>. Scavenging is the server's own business, so there is no <see cref="IScavenge"/>.</summary>
    /// <param name="connectionString">See <see cref="EventStoreDbSettings"/>.</param>
    /// <exception cref="SettingsException">The connection string is wrong; the message says how.</exception>
    public static IServiceCollection AddEventStoreDb(this IServiceCollection services, string connectionString)
    {
        var settings = EventStoreDbSettings.OfSetting(connectionString);
        services.AddSingleton(provider => new EventStoreDbEventStore(
            settings, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<EventStoreDbEventStore>>(),
            provider.GetRequiredService<LogMeter>().Grouped));
        return services.AddMeteredLog<EventStoreDbEventStore>();
    }
}
