using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RandomChat.Application.Limits;

namespace RandomChat.Infrastructure.Limits;

public static class LimitsSetup
{
    /// <summary>Limits of this kind, counted, in place of those registered before.</summary>
    public static IServiceCollection AddLimits<TLimits>(this IServiceCollection services)
        where TLimits : class, ILimits
    {
        services.TryAddSingleton<TLimits>();
        return services.AddSingleton<ILimits>(provider => new CountedLimits(
            provider.GetRequiredService<TLimits>(), provider.GetRequiredService<IMeterFactory>()));
    }
}
