using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;

namespace RandomChat.Application;

/// <summary>The services behind the use cases; ports are registered by who adapts them.</summary>
public static class ApplicationSetup
{
    public static IServiceCollection AddApplication(this IServiceCollection services) => services
        .AddSingleton(EventCodec.Default)
        .AddSingleton<CommandExecutor>()
        .AddSingleton<Conversation>()
        .AddSingleton<LiveMatches>()
        .AddSingleton<OwnMatches>()
        .AddSingleton<SkipHabits>()
        .AddSingleton<WaitTimes>()
        .AddSingleton<EndedTickets>()
        .AddSingleton<MatchRestorer>()
        .AddSingleton<MatchStarter>()
        .AddSingleton<Matchmaker>();
}
