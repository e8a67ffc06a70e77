using Mediator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RandomChat.Application.Bots;
using RandomChat.Application.Diagnostics;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Application.Screening;
using RandomChat.Application.Visitors;

namespace RandomChat.Application;

/// <summary>The services behind the use cases; ports are registered by who adapts them.</summary>
public static class ApplicationSetup
{
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        services.TryAddSingleton<OneNode>();
        services.TryAddSingleton<IMatchRegistry>(provider => provider.GetRequiredService<OneNode>());
        services.TryAddSingleton<INodes>(provider => provider.GetRequiredService<OneNode>());
        services.TryAddSingleton<IExpulsions>(provider => provider.GetRequiredService<LocalExpulsions>());
        return services
            .AddSingleton(typeof(IPipelineBehavior<,>), typeof(TraceRequest<,>))
            .AddSingleton(typeof(IPipelineBehavior<,>), typeof(AskOwner<,>))
            .AddSingleton(EventCodec.Default)
            .AddSingleton<CommandExecutor>()
            .AddSingleton<ChatMeter>()
            .AddSingleton<ScreeningMeter>()
            .AddSingleton<MessageScreening>()
            .AddSingleton<ProfileScreening>()
            .AddSingleton<Verdicts>()
            .AddSingleton<LaterScreening>()
            .AddSingleton<Conversation>()
            .AddSingleton<LiveMatches>()
            .AddSingleton<OwnMatches>()
            .AddSingleton<Suspicion>()
            .AddSingleton<BotCheck>()
            .AddSingleton<SuspectCases>()
            .AddSingleton<SkipHabits>()
            .AddSingleton<WaitTimes>()
            .AddSingleton<EndedTickets>()
            .AddSingleton<MatchRestorer>()
            .AddSingleton<Departures>()
            .AddSingleton<BanGate>()
            .AddSingleton<BanEnforcement>()
            .AddSingleton<Sanctions>()
            .AddSingleton<LookBook>()
            .AddSingleton<PublicReports>()
            .AddSingleton<EvidenceCollector>()
            .AddSingleton<Preservation>()
            .AddSingleton<PreservationSweep>()
            .AddSingleton<Escalation>()
            .AddSingleton<VerdictCases>()
            .AddSingleton<LocalExpulsions>()
            .AddSingleton<ErasedVisitors>()
            .AddSingleton<MatchStarter>()
            .AddSingleton<Matchmaker>();
    }
}
