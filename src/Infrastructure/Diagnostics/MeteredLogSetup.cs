using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Diagnostics;

public static class MeteredLogSetup
{
    /// <summary>Registers <see cref="IEventStore"/> as that engine, measured.</summary>
    public static IServiceCollection AddMeteredLog<TEngine>(this IServiceCollection services)
        where TEngine : class, IEventStore => services
        .AddMetrics()
        .AddSingleton<LogMeter>()
        .AddSingleton<IEventStore>(provider => new MeteredEventStore(provider.GetRequiredService<TEngine>(), provider.GetRequiredService<LogMeter>()));
}
