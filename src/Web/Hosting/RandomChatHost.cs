using RandomChat.Application;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;
using RandomChat.Infrastructure;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Redis;
using RandomChat.Infrastructure.Redis.Nodes;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Settings;
using RandomChat.Projections;
using RandomChat.Web.Health;
using RandomChat.Web.Matchmaking;
using RandomChat.Web.Moderation;
using RandomChat.Web.Pages;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Hosting;

/// <summary>The whole server, one line a concern.</summary>
public static class RandomChatHost
{
    public static WebApplicationBuilder AddRandomChat(this WebApplicationBuilder builder)
    {
        // Outside Development only a published folder has its assets compressed in place; run from the sources they are
        // found through the build's manifest, without which they would arrive empty.
        builder.WebHost.UseStaticWebAssets();
        builder.AddEdge();
        var configuration = builder.Configuration;
        var postgres = configuration.PostgresConnection();
        if (postgres is not null)
        {
            builder.Services.AddPostgres(postgres);
        }

        if (configuration.GetConnectionString("EventStoreDb") is { Length: > 0 } eventStoreDb)
        {
            builder.Services.AddEventStoreDb(eventStoreDb);
        }

        builder.Services.AddEmbeddedEngines(
            RandomChatSettings.DataDirectory(configuration),
            configuration.GetSection(RetentionOptions.Section).Get<RetentionOptions>() ?? new(),
            configuration.GetSection(MatchingOptions.Section).Get<MatchingOptions>() ?? new(),
            configuration["Sealing:MasterKeyFile"]);
        if (configuration.GetConnectionString("Redis") is { Length: > 0 } redis)
        {
            var node = NodeId.New();
            builder.Services.AddSingleton(node);
            builder.Services.Configure<MatchOptions>(options => options.NodeName = node.Value);
            builder.Services.AddRedis(redis, node.Value);
            builder.Services.AddNodes();
            builder.Services.AddReadinessCheck("redis", async (provider, _) =>
                await provider.GetRequiredService<RedisConnection>().Ask(database => database.PingAsync()));
        }

        builder.Services.AddReadinessCheck(postgres is null ? "key-store" : "postgres", AreKeysAtHand);
        builder.Services.AddApplication();
        builder.Services.AddProjections(configuration);
        builder.Services.AddMediator(options =>
        {
            options.Assemblies = [typeof(JoinQueue)];
            options.ServiceLifetime = ServiceLifetime.Singleton;
        });
        builder.Services.AddRealtime();
        builder.Services.AddRazorPages();
        builder.Services.AddSingleton<ChatPages>();
        return builder;
    }

    public static void UseRandomChat(this WebApplication app)
    {
        app.UseEdge();
        app.UseRealtime();
        app.MapEdge();
        app.MapMatches();
        app.MapReports();
        app.MapRealtime();
        app.MapOtherMethods();
        app.MapStaticAssets();
        app.MapRazorPages().WithStaticAssets();
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
