using System.CommandLine;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Commands;

/// <summary>How a command ends: 0 success, 1 a check failed, 2 wrong usage, 3 a dependency is unavailable.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int CheckFailed = 1;
    public const int Usage = 2;
    public const int Unavailable = 3;

    /// <summary>Cancelled by Ctrl-C, as shells name it; the same command can be run again.</summary>
    public const int Cancelled = 130;

    private static readonly TimeSpan Unwinding = TimeSpan.FromSeconds(10);

    /// <summary>Runs what was parsed; what goes wrong becomes a sentence on the error stream and a code.</summary>
    public static async Task<int> InvokeWithCodes(this ParseResult parsed)
    {
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("--help tells what there is.");
            return Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Unwinding });
        }
        catch (Exception e) when (Explain(e) is { } told)
        {
            await Console.Error.WriteLineAsync(told.Sentence);
            return told.Code;
        }
    }

    private static (string Sentence, int Code)? Explain(Exception e) => e switch
    {
        OperationCanceledException => ("Cancelled. Nothing was changed; run it again.", Cancelled),
        ProjectionFailedException failed => (failed.Message, CheckFailed),
        UnreadableEventException or System.Text.Json.JsonException => (e.Message, CheckFailed),
        Infrastructure.EventStoreDb.CopyRefusedException or UnfinishedCopyException => (e.Message, CheckFailed),
        AppendOutcomeUnknownException => ($"{e.Message} Run it again.", Unavailable),
        Ledger.AnchorFileException or Infrastructure.Backup.BackupException => (e.Message, CheckFailed),
        Infrastructure.Settings.SettingsException => (e.Message, Usage),
        Infrastructure.DataDirectoryException => (e.Message, Unavailable),
        Infrastructure.Migrations.MigrationException => (e.Message, Unavailable),
        Application.Sealing.SealingException => (e.Message, Unavailable),
        Infrastructure.Screening.ScreeningPolicyException => (e.Message, Usage),
        Infrastructure.Screening.Models.ScreeningModelException => (e.Message, Unavailable),
        BuildInProgressException or BuildReplacedException => (e.Message, Unavailable),
        EventLogFileException => (e.Message, Unavailable),
        DependencyUnavailableException { InnerException: { } inner } unavailable => ($"{unavailable.Message} {inner.Message}", Unavailable),
        DependencyUnavailableException => (e.Message, Unavailable),
        System.Data.Common.DbException => ($"The read models cannot be used now. {e.Message}", Unavailable),
        IOException or UnauthorizedAccessException => (e.Message, Unavailable),
        InvalidOperationException { InnerException: System.Data.Common.DbException inner } => ($"The read models cannot be used now. {inner.Message}", Unavailable),
        _ => null,
    };
}
