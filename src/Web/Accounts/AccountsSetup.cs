using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;
using RandomChat.Infrastructure.Migrations;
using RandomChat.Web.Health;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Accounts;

public static class AccountsSetup
{
    /// <summary>The accounts of visitors, in Postgres where that is used, else in <c>accounts.db</c> of the data directory.</summary>
    public static IServiceCollection AddVisitorAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        var tables = new IdentityTables(configuration, AccountsDb.Schema, ".Accounts.AccountMigrations.");
        tables.AddTo<AccountHolder, AccountsDb>(services);
        services.AddSingleton(provider => new VisitorAccounts(
            new(provider.GetRequiredService<IServiceScopeFactory>(), tables.Dependency), provider.GetRequiredService<CommandExecutor>(),
            provider.GetRequiredService<ISealer>(), provider.GetRequiredService<VisitorProfiles>(), provider.GetRequiredService<Mediator.ISender>(),
            provider.GetRequiredService<ILocalConnections>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new VisitorPasskeys(
            new(provider.GetRequiredService<IServiceScopeFactory>(), tables.Dependency),
            new(provider.GetRequiredService<PasskeyChallenges>(), provider.GetRequiredService<IOptions<IdentityPasskeyOptions>>()),
            new(provider.GetRequiredService<CommandExecutor>()), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IAccountStore>(provider => provider.GetRequiredService<VisitorAccounts>());
        services.AddScoped<SignInLimits>();
        services.AddSingleton<AccountSignIn>();
        services.AddSingleton<Registration>();
        services.AddSingleton<AccountDoor>();
        if (!tables.IsPostgres)
        {
            // Two files, of visitors and of the staff, under one name: Postgres is asked for its keys already.
            services.AddReadinessCheck(tables.Dependency, async (provider, ct) =>
            {
                await using var scope = provider.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<AccountsDb>().Users.AnyAsync(ct);
                await scope.ServiceProvider.GetRequiredService<StaffDb>().Users.AnyAsync(ct);
            });
        }

        services.AddHostedService(provider => new AccountTables(tables.Migrations(provider)));
        services.AddHostedService<ErasedForGood>();
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
