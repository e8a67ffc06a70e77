using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Health;
using RandomChat.Application.Moderation;
using RandomChat.Application.Settings;
using RandomChat.Infrastructure.Settings;
using RandomChat.Projections.Activity;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Moderation;
using RandomChat.Projections.Visitors;

namespace RandomChat.Projections;

/// <summary>Every projection there is, and how a program gets at the read models.</summary>
public static class ProjectionsSetup
{
    /// <summary>All projections. A new one is added here and nowhere else.</summary>
    public static IReadOnlyList<Projection> All { get; } = [new ActivityProjection(), new VisitorHistoryProjection(), new OffendersProjection(), new DeskProjection(), new RulesProjection(), new TransparencyProjection()];

    /// <summary>
    /// The read models with their queries, the background service that keeps them up with the registered
    /// <see cref="IEventStore"/>, and a readiness check for each projection. They lie in PostgreSQL where
    /// <c>ConnectionStrings:Postgres</c> is set, else in the data directory.
    /// </summary>
    public static IServiceCollection AddProjections(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(provider => OpenStore(settings, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ReadModels(provider.GetRequiredService<IReadStore>(), All, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ActivityQueries>().AddSingleton<LogQueries>().AddSingleton<OffenderQueries>()
            .AddSingleton<DeskQueries>().AddSingleton<RuleQueries>().AddSingleton<TransparencyQueries>()
            .AddSingleton(provider => new VisitorHistoryQueries(provider.GetRequiredService<ReadModels>(), new(provider.GetRequiredService<IEventStore>())))
            .AddSingleton<ITransparencyNumbers>(provider => new TransparencyNumbers(
                provider.GetRequiredService<TransparencyQueries>(), provider.GetRequiredService<ReadModels>(), new(provider.GetRequiredService<IEventStore>())))
            .AddSingleton<IReporterRecords>(provider => provider.GetRequiredService<DeskQueries>())
            .AddSingleton<IPreservedCases>(provider => provider.GetRequiredService<DeskQueries>());
        foreach (var projection in All)
        {
            services.AddSingleton<IReadinessCheck>(provider => new ProjectionReadiness(
                provider.GetRequiredService<IReadStore>(), projection, () => provider.GetRequiredService<ProjectionRunner>().IsStuck));
        }

        services.AddSingleton<ProjectionMeter>();
        services.AddSingleton(provider => new ProjectionRunner(
            provider.GetRequiredService<IReadStore>(),
            new EventFeed(new LogSource(provider.GetRequiredService<IEventStore>()), EventCodec.Default, provider.GetRequiredService<TimeProvider>()),
            All, provider.GetRequiredService<ProjectionMeter>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<ProjectionRunner>>()));
        services.AddHostedService(provider => provider.GetRequiredService<ProjectionRunner>());
        return services.AddLedger(settings);
    }

    /// <summary>What makes changes to the log evident, and the background service that keeps it up with the registered <see cref="IEventStore"/>.</summary>
    private static IServiceCollection AddLedger(this IServiceCollection services, IConfiguration settings)
    {
        services.AddOptions<LedgerOptions>().Bind(settings.GetSection(LedgerOptions.Section))
            .Validate(o => o.AnchorEvery >= TimeSpan.FromSeconds(1) && o.AnchorEvery <= TimeSpan.FromDays(1), "Ledger:AnchorEvery is one second to one day.")
            .ValidateOnStart();
        services.AddSingleton(provider => LedgerStore.Open(settings, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new LedgerQueries(provider.GetRequiredService<LedgerStore>()));
        services.AddHostedService(provider => new LedgerKeeper(
            new(provider.GetRequiredService<IEventStore>()), provider.GetRequiredService<LedgerStore>(), new(LedgerOptions.FileOf(settings)),
            provider.GetRequiredService<IOptions<LedgerOptions>>().Value.AnchorEvery, provider.GetRequiredService<IOptions<RetentionOptions>>().Value.Messages,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<LedgerKeeper>>()));
        return services;
    }

    internal static IReadStore OpenStore(IConfiguration settings, TimeProvider time) =>
        settings.GetConnectionString("Postgres") is { Length: > 0 } postgres
            ? new PostgresReadStore(postgres, time)
            : new SqliteReadStore(Path.Combine(RandomChatSettings.DataDirectory(settings), "read"));
}
