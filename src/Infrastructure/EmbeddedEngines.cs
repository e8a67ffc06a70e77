using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Limits;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Settings;
using RandomChat.Application.Visitors;
using RandomChat.Infrastructure.Diagnostics;
using RandomChat.Infrastructure.Limits;
using RandomChat.Infrastructure.Lobby;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure;

/// <summary>
/// Every port on an engine that lives in this process and in one folder: nothing has to be installed. A port that is
/// registered already, on an engine of its own, is left to that.
/// </summary>
public static class EmbeddedEngines
{
    /// <param name="dataDirectory">The full path of the folder.</param>
    /// <param name="masterKeys">Where the master keys are read from.</param>
    /// <param name="tombstoneFile">The path of the list of destroyed keys; null: beside that folder.</param>
    public static IServiceCollection AddEmbeddedEngines(
        this IServiceCollection services, string dataDirectory, RetentionOptions retention, MatchingOptions matching, MasterKeySource masterKeys,
        string? tombstoneFile)
    {
        services.AddSingleton(_ => DataDirectoryLock.Take(dataDirectory));
        if (services.All(service => service.ServiceType != typeof(IEventStore)))
        {
            services.AddSingleton(provider => SqliteEventStore.Open(
                Path.Combine(dataDirectory, "events.db"), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<LogMeter>().Grouped,
                provider.GetRequiredService<ILogger<SqliteEventStore>>()));
            services.AddMeteredLog<SqliteEventStore>();
            services.AddSingleton<IScavenge, SqliteScavenge>();
            services.AddSingleton<IAppendProof>(provider => provider.GetRequiredService<SqliteEventStore>());
        }

        services.AddSingleton(provider => new SqlitePairingIndex(
            provider.GetRequiredService<IEventStore>(), Path.Combine(dataDirectory, "index.db"), matching.RematchWindow,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SqlitePairingIndex>>()));
        services.AddSingleton<IPairingIndex>(provider => provider.GetRequiredService<SqlitePairingIndex>());
        services.AddSingleton<IBanIndex>(provider => provider.GetRequiredService<SqlitePairingIndex>());
        services.AddSingleton<IErasureNews>(provider => provider.GetRequiredService<SqlitePairingIndex>());
        services.AddSingleton<ISessionNews>(provider => provider.GetRequiredService<SqlitePairingIndex>());
        services.AddSingleton<ICaseVerdictIndex>(provider => provider.GetRequiredService<SqlitePairingIndex>());
        services.AddSingleton<ILobby>(provider => new InProcessLobby(
            provider.GetRequiredService<IOptions<LobbyOptions>>().Value, provider.GetRequiredService<TimeProvider>(), Guid.NewGuid));
        services.AddLimits<InProcessLimits>();

        // The order is the order of starting: nothing is served before the keys are held.
        services.AddHostedService(provider => new OpenEngines(provider, dataDirectory));
        services.AddSealing(dataDirectory, masterKeys, new()
        {
            MessageRetention = retention.Messages,
            VisitorRetention = retention.Visitors,
            CaseRetention = retention.Cases,
            TombstoneFile = tombstoneFile,
        });
        services.TryAddSingleton<ISecretStore>(provider => new SecretFiles(
            Path.Combine(dataDirectory, "keys"), () => provider.GetRequiredService<Sealer>().Masters));
        services.AddHostedService<FollowLog>();
        return services;
    }

    private sealed class OpenEngines(IServiceProvider provider, string dataDirectory) : IHostedLifecycleService
    {
        private static readonly TimeSpan LookFor = TimeSpan.FromSeconds(5);

        public async Task StartingAsync(CancellationToken cancellationToken)
        {
            provider.GetRequiredService<DataDirectoryLock>();
            if (PrivateFolder.IsOpenToOthers(dataDirectory))
            {
                LogMessages.OpenToOthers(provider.GetRequiredService<ILogger<DataDirectoryLock>>(), dataDirectory);
            }

            await RefuseUnfinishedCopy(provider.GetRequiredService<IEventStore>(), cancellationToken);
            await LogMarks.Check(provider, cancellationToken);
            await provider.PrepareKeys(cancellationToken);
        }

        /// <summary>A log that cannot be looked at now is no reason not to start; whoever follows it looks again.</summary>
        /// <exception cref="UnfinishedCopyException">It is one.</exception>
        private async Task RefuseUnfinishedCopy(IEventStore log, CancellationToken ct)
        {
            using var patience = new CancellationTokenSource(LookFor, provider.GetRequiredService<TimeProvider>());
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
            try
            {
                await LogIdentity.Of(log, either.Token);
            }
            catch (Exception e) when (e is DependencyUnavailableException || patience.IsCancellationRequested)
            {
            }
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Keeps the pairing index up with the log.</summary>
    private sealed class FollowLog(SqlitePairingIndex index) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => index.Run(stoppingToken);
    }

    private sealed class SqliteScavenge(SqliteEventStore log) : IScavenge
    {
        public async ValueTask Scavenge(CancellationToken ct) => await log.Scavenge(ct);
    }
}
