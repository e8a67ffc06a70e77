using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;
using RandomChat.Infrastructure.Migrations;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Settings;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Web.Accounts;

public static class AccountsSetup
{
    private const string Scripts = ".Accounts.AccountMigrations.";

    /// <summary>The accounts of visitors, in Postgres where that is used, else in <c>accounts.db</c> of the data directory.</summary>
    public static IServiceCollection AddVisitorAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        var postgres = configuration.PostgresConnection();
        var file = Path.Combine(RandomChatSettings.DataDirectory(configuration), "accounts.db");
        var dependency = postgres is null ? "accounts" : "postgres";
        services.AddDbContext<AccountsDb>((provider, options) =>
        {
            if (postgres is not null)
            {
                options.UseNpgsql(provider.GetRequiredService<Npgsql.NpgsqlDataSource>());
            }
            else
            {
                options.UseSqlite($"Data Source={file};Pooling=False").AddInterceptors(new SecureDelete());
            }
        });
        services.AddIdentityCore<AccountHolder>(PasswordRules.Apply).AddEntityFrameworkStores<AccountsDb>()
            .AddPasswordValidator<KnownBadPasswords<AccountHolder>>();
        services.AddSingleton(provider => new VisitorAccounts(
            new(provider.GetRequiredService<IServiceScopeFactory>(), dependency), provider.GetRequiredService<CommandExecutor>(),
            provider.GetRequiredService<ISealer>(), provider.GetRequiredService<VisitorProfiles>(), provider.GetRequiredService<Mediator.ISender>(),
            provider.GetRequiredService<ILocalConnections>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAccountStore>(provider => provider.GetRequiredService<VisitorAccounts>());
        services.AddSingleton<SignInLimits>();
        services.AddSingleton<AccountSignIn>();
        services.AddSingleton<Registration>();
        services.AddSingleton<AccountDoor>();
        services.AddHostedService(provider => new AccountTables(postgres is null
            ? new SqliteMigrations(file, dependency, new(typeof(AccountsSetup).Assembly, Scripts, ".sqlite.sql"))
            : new PostgresMigrations(provider.GetRequiredService<Npgsql.NpgsqlDataSource>(), AccountsDb.Schema, new(typeof(AccountsSetup).Assembly, Scripts, ".postgres.sql"))));
        return services;
    }
}

/// <summary>Brings the tables of visitors' accounts up to date before anybody is served.</summary>
internal sealed class AccountTables(ISchemaMigrations migrations) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => migrations.Apply(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
