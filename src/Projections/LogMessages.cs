using Microsoft.Extensions.Logging;

namespace RandomChat.Projections;

internal static partial class LogMessages
{
    [LoggerMessage(4001, LogLevel.Warning, "The read models cannot be brought up to date now; it is tried again. Chat goes on.")]
    public static partial void ReadSideWaits(ILogger log, Exception e);

    [LoggerMessage(4002, LogLevel.Error, "The projection {Projection} stopped at position {Position}. It stays there until the server starts again or it is rebuilt; the others go on.")]
    public static partial void ProjectionStopped(ILogger log, string projection, long position, Exception e);

    [LoggerMessage(4003, LogLevel.Information, "The projection {Projection} is built in version {Version} from the beginning of the log.")]
    public static partial void ProjectionBegins(ILogger log, string projection, int version);

    [LoggerMessage(4004, LogLevel.Information, "The projection {Projection} is of version {Former} and is built anew in version {Version}; the former one serves until then.")]
    public static partial void ProjectionRebuilds(ILogger log, string projection, int former, int version);

    [LoggerMessage(4005, LogLevel.Warning, "This node does not lead the projections any more.")]
    public static partial void LeadLost(ILogger log);

    [LoggerMessage(4006, LogLevel.Warning, "The event log ends before position {Position}, which the projection {Projection} has seen: the log was replaced. The projection is built from the beginning.")]
    public static partial void LogCutBack(ILogger log, string projection, long position);

    [LoggerMessage(4007, LogLevel.Information, "The read models are brought up to date again.")]
    public static partial void ReadSideWorksAgain(ILogger log);

    [LoggerMessage(4008, LogLevel.Warning, "The ledger cannot be kept up with the log now; it is tried again. Chat goes on.")]
    public static partial void LedgerWaits(ILogger log, Exception e);

    [LoggerMessage(4009, LogLevel.Information, "The ledger is kept up with the log again.")]
    public static partial void LedgerGoesOn(ILogger log);

    [LoggerMessage(4010, LogLevel.Error, "The event log ends before position {Position}, which is in the ledger: events are missing, or an older copy was put back. The ledger waits; audit says what is missing.")]
    public static partial void LogShorterThanLedger(ILogger log, long position);

    [LoggerMessage(4011, LogLevel.Information, "Ledger anchor: position {Position}, {Events} events, hash {Hash}.")]
    public static partial void Anchored(ILogger log, long position, long events, string hash);

    [LoggerMessage(4012, LogLevel.Information, "The projection {Projection} followed another log: this one was moved here from another engine. It is built from the beginning.")]
    public static partial void ProjectionOfAnotherLog(ILogger log, string projection);

    [LoggerMessage(4013, LogLevel.Information, "The log was moved here. The ledger of the former one, up to position {Position} and hash {Hash}, is set aside as {Aside}, its anchors beside it; the ledger begins anew, and covers the event that says what the former one came to.")]
    public static partial void LedgerSetAside(ILogger log, long position, string hash, string aside);

    [LoggerMessage(4014, LogLevel.Error, "The ledger, up to position {Position}, is of another log than this one, which was moved here from another engine. It waits: set that ledger and its anchors aside, and start again.")]
    public static partial void LedgerOfAnotherLog(ILogger log, long position);

    [LoggerMessage(4015, LogLevel.Error, "The file of anchors {File} is the former log's and cannot be set aside. The ledger waits: leave that file where it is, name a new Ledger:AnchorFile, and start again.")]
    public static partial void AnchorsNotSetAside(ILogger log, string file, Exception e);
}
