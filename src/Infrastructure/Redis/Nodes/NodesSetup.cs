using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Redis.Nodes;

public static class NodesSetup
{
    /// <summary>Lets this server be one of several nodes on the same engines. Needs <see cref="RedisConnection"/> and <see cref="NodeId"/>.</summary>
    public static IServiceCollection AddNodes(this IServiceCollection services)
    {
        services.AddSingleton<NodeBus>();
        services.AddSingleton<NodeLife>();
        services.AddSingleton<NodeDesk>();
        services.AddSingleton<NodeCalls>();
        services.AddSingleton<INodes>(provider => provider.GetRequiredService<NodeCalls>());
        services.AddSingleton<RedisMatchRegistry>();
        services.AddSingleton<IMatchRegistry>(provider => provider.GetRequiredService<RedisMatchRegistry>());
        services.AddSingleton<NodeConnections>();
        services.AddSingleton<IVisitorConnections>(provider => provider.GetRequiredService<NodeConnections>());
        services.AddSingleton<IPairingIndex>(provider => new SharedPairingIndex(
            provider.GetRequiredService<SqlitePairingIndex>(), provider.GetRequiredService<NodeBus>()));
        services.AddSingleton<IBanIndex>(provider => new SharedBanIndex(
            provider.GetRequiredService<SqlitePairingIndex>(), provider.GetRequiredService<NodeBus>()));
        services.AddSingleton<IExpulsions, NodeExpulsions>();
        services.AddHostedService<NodeRunner>();
        return services;
    }
}
