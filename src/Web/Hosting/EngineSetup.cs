using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;
using RandomChat.Infrastructure;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Redis;
using RandomChat.Infrastructure.Redis.Nodes;
using RandomChat.Infrastructure.Screening;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Settings;
using RandomChat.Web.Health;

namespace RandomChat.Web.Hosting;

/// <summary>Which engine each port runs on: the one of a connection string, else the one in this process.</summary>
public static class EngineSetup
{
    public static IServiceCollection AddEngines(this IServiceCollection services, IConfiguration configuration)
    {
        var postgres = configuration.PostgresConnection();
        if (postgres is not null)
        {
            services.AddPostgres(postgres);
        }

        if (configuration.GetConnectionString("EventStoreDb") is { Length: > 0 } eventStoreDb)
        {
            services.AddEventStoreDb(eventStoreDb);
        }

        services.AddEmbeddedEngines(
            RandomChatSettings.DataDirectory(configuration),
            configuration.GetSection(RetentionOptions.Section).Get<RetentionOptions>() ?? new(),
            configuration.GetSection(MatchingOptions.Section).Get<MatchingOptions>() ?? new(),
            MasterKeySource.Of(configuration, RandomChatSettings.DataDirectory(configuration)),
            TombstoneFile.PathOf(configuration));
        services.AddScreening(configuration);
        services.AddReadinessCheck(postgres is null ? "key-store" : "postgres", AreKeysAtHand);
        services.AddReadinessCheck("master-keys", async (provider, ct) => await provider.GetRequiredService<Sealer>().ProveMasters(ct));
        if (configuration.GetConnectionString("Redis") is { Length: > 0 } redis)
        {
            services.AddSharedLobby(redis);
        }

        return services;
    }

    private static void AddSharedLobby(this IServiceCollection services, string redis)
    {
        var node = NodeId.New();
        services.AddSingleton(node);
        services.Configure<MatchOptions>(options => options.NodeName = node.Value);
        services.AddRedis(redis, node.Value);
        services.AddNodes();
        services.AddReadinessCheck("redis", async (provider, _) =>
            await provider.GetRequiredService<RedisConnection>().Ask(database => database.PingAsync()));
    }

    /// <summary>Keys are held ahead for messages, and the store answers, so that there will be more.</summary>
    private static async Task AreKeysAtHand(IServiceProvider provider, CancellationToken ct)
    {
        var sealer = provider.GetRequiredService<Sealer>();
        if (!(sealer.HeldUntil > provider.GetRequiredService<TimeProvider>().GetUtcNow()))
        {
            throw new DependencyUnavailableException(sealer.StoreName);
        }

        await provider.GetRequiredService<IKeyStore>().Any(ct);
    }
}
