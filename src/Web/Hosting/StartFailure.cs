using System.Text.RegularExpressions;
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
public static partial class StartFailure
{
    private const string Binder = "Microsoft.Extensions.Configuration.Binder";

    /// <summary>A sentence that says what to do, or null where the failure is not one of setting up.</summary>
    public static string? Explain(Exception failure) => failure switch
    {
        OptionsValidationException or DataDirectoryException or EventLogFileException or SealingException or ScreeningPolicyException
            or ScreeningModelException or MigrationException or DemoException or SettingsException or UnfinishedCopyException
            or ForeignLogException =>
            $"RandomChat cannot start. {failure.Message}",
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } =>
            $"RandomChat cannot start. {failure.Message}",
        DependencyUnavailableException down =>
            $"RandomChat cannot start. {down.Message}{(down.InnerException is { } reason ? $" {reason.Message}." : "")} Start it, or correct its setting.",
        InvalidOperationException { Source: Binder } binding => $"RandomChat cannot start. {binding.Message}{Example(binding.Message)}",
        AggregateException { InnerExceptions: [var single] } => Explain(single),
        _ => null,
    };

    /// <summary>What such a setting may look like; the framework says which it is, and its type.</summary>
    private static string Example(string message)
    {
        var name = TypeName().Match(message).Groups[1].Value;
        return Type.GetType(name) switch
        {
            { } type when type == typeof(TimeSpan) => " An example: 00:00:20 for 20 seconds, 1.00:00:00 for a day.",
            { } type when type == typeof(bool) => " It is true or false.",
            { IsPrimitive: true } => " It is a number.",
            _ => "",
        };
    }

    [GeneratedRegex("to type '([^']+)'")]
    private static partial Regex TypeName();
}
