using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Infrastructure.Limits;

namespace RandomChat.Infrastructure.Redis;

/// <summary>The lobby and the limits that nodes share, on Redis.</summary>
public static class RedisSetup
{
    private const string KeyPrefix = "rc:";

    /// <summary>To be called after the embedded engines: what is registered here takes their place.</summary>
    /// <param name="connectionString">As StackExchange.Redis takes it.</param>
    /// <param name="nodeId">This process's own, new at each start, see <see cref="RedisLobby"/>.</param>
    public static IServiceCollection AddRedis(this IServiceCollection services, string connectionString, string nodeId)
    {
        services.AddSingleton(provider => RedisConnection.Open(
            connectionString, KeyPrefix, provider.GetRequiredService<ILogger<RedisConnection>>()));
        services.AddSingleton<RedisLogMark>();
        services.AddSingleton<ILogMark>(provider => provider.GetRequiredService<RedisLogMark>());
        services.AddSingleton<ILobby>(provider => new RedisLobby(
            provider.GetRequiredService<RedisConnection>(), nodeId,
            provider.GetRequiredService<IOptions<LobbyOptions>>().Value,
            provider.GetRequiredService<IOptions<MatchOptions>>().Value.ReconnectGrace,
            provider.GetRequiredService<TimeProvider>(), Guid.NewGuid, provider.GetRequiredService<ILogger<RedisLobby>>()));
        services.TryAddSingleton<InProcessLimits>();
        return services.AddLimits<RedisLimits>();
    }
}
