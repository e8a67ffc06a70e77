using Microsoft.Extensions.Logging;

namespace RandomChat.Infrastructure;

internal static partial class LogMessages
{
    [LoggerMessage(EventId = 3101, Level = LogLevel.Error, Message = "The pairing index stopped following the log; it tries again from its checkpoint")]
    public static partial void PairingIndexStopped(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Warning, Message = "The event log takes no appends, and this server is not ready until it does: {Reason}")]
    public static partial void AppendsFail(ILogger logger, string reason);

    [LoggerMessage(EventId = 3103, Level = LogLevel.Warning, Message = "The event log takes appends again")]
    public static partial void AppendsSucceed(ILogger logger);

    [LoggerMessage(EventId = 3105, Level = LogLevel.Warning, Message = "Events could not be entered into the event log's index of streams; nothing is lost, it is tried again with every {Batch} that come, and reading a stream takes longer until then: {Reason}")]
    public static partial void StreamIndexWaits(ILogger logger, int batch, string reason);

    [LoggerMessage(EventId = 3106, Level = LogLevel.Warning, Message = "The event log's index of streams has everything again")]
    public static partial void StreamIndexGoesOn(ILogger logger);

    [LoggerMessage(EventId = 3104, Level = LogLevel.Warning, Message = "Every user of this machine may read in the data directory {Folder}: who talked to whom, accounts of the staff. It is left as it is; chmod 700 closes it.")]
    public static partial void OpenToOthers(ILogger logger, string folder);
}
