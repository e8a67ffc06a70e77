using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RandomChat.Infrastructure.Redis;

/// <summary>What is shared between nodes, on Redis.</summary>
public static class RedisSetup
{
    private const string KeyPrefix = "rc:";

    /// <param name="connectionString">As StackExchange.Redis takes it.</param>
    /// <param name="nodeId">This process's own, new at each start.</param>
    public static IServiceCollection AddRedis(this IServiceCollection services, string connectionString, string nodeId)
    {
        services.AddSingleton(provider => RedisConnection.Open(
            connectionString, KeyPrefix, provider.GetRequiredService<ILogger<RedisConnection>>()));
        return services;
    }
}
