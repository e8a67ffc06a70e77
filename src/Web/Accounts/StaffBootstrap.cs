using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using RandomChat.Infrastructure.Migrations;

namespace RandomChat.Web.Accounts;

/// <summary>Settings section <c>Staff</c>.</summary>
public sealed class StaffOptions
{
    public const string Section = "Staff";

    /// <summary>Who has no second factor may only enrol one.</summary>
    public bool RequireTwoFactor { get; set; } = true;
}

/// <summary>Settings section <c>Staff:Bootstrap</c>: the first administrator.</summary>
public sealed class StaffBootstrapOptions
{
    public const string Section = "Staff:Bootstrap";

    public string? Username { get; set; }

    public string? Password { get; set; }
}

/// <summary>
/// Opens the staff's accounts, and sees to it that there is somebody who may sign in: the administrator of the settings, or,
/// where there is nobody, one that is made up and told once on the console.
/// </summary>
internal sealed class StaffBootstrap(
    ISchemaMigrations migrations, StaffAccounts accounts, IOptions<StaffBootstrapOptions> options, ILogger<StaffBootstrap> log) : IHostedLifecycleService
{
    private const string MadeUpName = "admin";

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await migrations.Apply(cancellationToken);
        if (options.Value is { Username: { Length: > 0 } name, Password: { Length: > 0 } password })
        {
            if (await accounts.Enlist(name, password, StaffRoles.Administrator) is Enlistment.Refused { Why: var wrong })
            {
                throw new OptionsValidationException(StaffBootstrapOptions.Section, typeof(StaffBootstrapOptions), [$"Staff:Bootstrap: {wrong}"]);
            }
        }
        else if (!await accounts.Any())
        {
            var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
            if (await accounts.Enlist(MadeUpName, made, StaffRoles.Administrator) is not Enlistment.Done)
            {
                // Another node, which starts at the same moment, tells its own.
                return;
            }

            LogMessages.AdministratorMade(log, MadeUpName);

            // On the console and nowhere else: what is logged may be kept.
            await Console.Out.WriteLineAsync($"The first administrator is {MadeUpName} with the password {made}. It is not shown again.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
