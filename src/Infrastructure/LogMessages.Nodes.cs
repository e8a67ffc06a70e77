using Microsoft.Extensions.Logging;

namespace RandomChat.Infrastructure;

internal static partial class LogMessages
{
    [LoggerMessage(LogLevel.Error, "A {What} of another node could not be handled.")]
    public static partial void NodeMessageFailed(this ILogger log, Exception failure, string what);

    [LoggerMessage(LogLevel.Warning, "Keeping in touch with the other nodes failed; it is tried again every second.")]
    public static partial void NodeStepFailed(this ILogger log, Exception failure);

    [LoggerMessage(LogLevel.Information, "Match {MatchId} was a dead node's and goes on here.")]
    public static partial void MatchTakenOver(this ILogger log, Guid matchId);
}
