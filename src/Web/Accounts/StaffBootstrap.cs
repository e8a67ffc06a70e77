using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;
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
    ISchemaMigrations migrations, StaffAccounts accounts, StaffRecord record, IOptions<StaffBootstrapOptions> options, ILogger<StaffBootstrap> log)
    : IHostedLifecycleService
{
    private const string MadeUpName = "admin";

    private Guid? made;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await migrations.Apply(cancellationToken);
        if (options.Value is { Username: { Length: > 0 } name, Password: { Length: > 0 } secret })
        {
            switch (await accounts.Enlist(name, secret, StaffRoles.Administrator))
            {
                case Enlistment.Refused { Why: var wrong }:
                    throw new OptionsValidationException(StaffBootstrapOptions.Section, typeof(StaffBootstrapOptions), [$"Staff:Bootstrap: {string.Join(' ', wrong.Errors!.Values.SelectMany(sentences => sentences))}"]);
                case Enlistment.Done { StaffId: var staffId }:
                    made = staffId;
                    break;
            }
        }
        else if (!await accounts.Any())
        {
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
            if (await accounts.Enlist(MadeUpName, password, StaffRoles.Administrator) is not Enlistment.Done { StaffId: var staffId })
            {
                // Another node, which starts at the same moment, tells its own.
                return;
            }

            made = staffId;
            LogMessages.AdministratorMade(log, MadeUpName);

            // On the console and nowhere else: what is logged may be kept.
            await Console.Out.WriteLineAsync($"The first administrator is {MadeUpName} with the password {password}. It is not shown again.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whoever was made is recorded when the log is open.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (made is not { } staffId)
        {
            return;
        }

        try
        {
            await record.Note(staffId, StaffRole.Administrator, handlesSevere: true, cancellationToken);
        }
        catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
        {
            // It is made good by the first thing that is done about them.
            LogMessages.AdministratorNotRecorded(log, e);
        }
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
