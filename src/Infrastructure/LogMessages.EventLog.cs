using Microsoft.Extensions.Logging;

namespace RandomChat.Infrastructure;

internal static partial class LogMessages
{
    [LoggerMessage(EventId = 3101, Level = LogLevel.Error, Message = "The pairing index stopped following the log; it tries again from its checkpoint")]
    public static partial void PairingIndexStopped(ILogger logger, Exception exception);
}
