using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Secrets;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>Postgres for what is not derived from events: sealing keys, and what every node has to know.</summary>
public static class PostgresSetup
{
    private const string Setting = "ConnectionStrings:Postgres";

    // Where the connection string is silent: shorter than the driver's own, since people wait while a host is dead, and
    // fewer connections, since several nodes share the server's hundred.
    private static readonly (string Key, int Value)[] Defaults = [("Timeout", 5), ("Command Timeout", 10), ("Maximum Pool Size", 20)];

    /// <summary><c>ConnectionStrings:Postgres</c>, or null where the embedded engines are used.</summary>
    public static string? PostgresConnection(this IConfiguration configuration) =>
        configuration[Setting] is { } text && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>
    /// One pooled <see cref="NpgsqlDataSource"/> for the whole program, <see cref="IKeyStore"/>,
    /// <see cref="PostgresSecrets"/>, and the migrations at start, before whatever is registered later starts. To be
    /// called before <see cref="SealingRegistration.AddSealing"/>, which then takes these instead of its own.
    /// </summary>
    /// <exception cref="OptionsValidationException">The connection string cannot be read.</exception>
    public static IServiceCollection AddPostgres(this IServiceCollection services, string connectionString)
    {
        var connection = Read(connectionString);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => NpgsqlDataSource.Create(connection));
        services.AddSingleton<IKeyStore>(provider => new PostgresKeyStore(
            provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<SealingOptions>().KeyPeriod,
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PostgresKeyStore>>()));
        services.AddSingleton(provider => new PostgresSecrets(
            provider.GetRequiredService<NpgsqlDataSource>(), () => provider.GetRequiredService<Sealer>().Masters));
        services.AddSingleton<ISecretStore>(provider => provider.GetRequiredService<PostgresSecrets>());
        services.AddSingleton<ILogMark, PostgresLogMark>();
        services.AddHostedService(provider => new Start(PostgresMigrations.OfKeys(provider.GetRequiredService<NpgsqlDataSource>())));
        return services;
    }

    internal static string Read(string connectionString)
    {
        try
        {
            // Npgsql's builder brings every spelling of a key to one, and the plain one tells what was given.
            var given = new DbConnectionStringBuilder { ConnectionString = new NpgsqlConnectionStringBuilder(connectionString).ConnectionString };
            foreach (var (key, value) in Defaults.Where(one => !given.ContainsKey(one.Key)))
            {
                given[key] = value;
            }

            return given.ConnectionString;
        }
        catch (ArgumentException unreadable)
        {
            throw new OptionsValidationException(
                Setting, typeof(NpgsqlConnectionStringBuilder),
                [$"{Setting} cannot be read: {unreadable.Message} It looks like Host=db;Database=randomchat;Username=randomchat;Password=…"]);
        }
    }

    private sealed class Start(PostgresMigrations migrations) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => migrations.Apply(cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
