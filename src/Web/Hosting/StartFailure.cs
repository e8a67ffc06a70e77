using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure;
using RandomChat.Infrastructure.Migrations;
using RandomChat.Infrastructure.Screening;
using RandomChat.Infrastructure.Screening.Models;
using RandomChat.Infrastructure.Settings;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Web.Demo;

namespace RandomChat.Web.Hosting;

/// <summary>What an operator is told, instead of a stack trace, when the server cannot start as it is set up.</summary>
public static class StartFailure
{
    /// <summary>A sentence that says what to do, or null where the failure is not one of setting up.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        OptionsValidationException or DataDirectoryException or EventLogFileException or SealingException or ScreeningPolicyException
            or ScreeningModelException or MigrationException or DemoException or SettingsException or UnfinishedCopyException =>
            $"RandomChat cannot start. {failure.Message}",
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } =>
            $"RandomChat cannot start. {failure.Message}",
        DependencyUnavailableException down =>
            $"RandomChat cannot start. {down.Message}{(down.InnerException is { } reason ? $" {reason.Message}." : "")} Start it, or correct its setting.",
        AggregateException { InnerExceptions: [var single] } => Explain(single),
        _ => null,
    };
}
