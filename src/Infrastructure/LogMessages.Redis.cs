using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RandomChat.Infrastructure;

internal static partial class LogMessages
{
    [LoggerMessage(LogLevel.Error, "Redis cannot be reached ({Failure}); it is tried again until it answers.")]
    public static partial void RedisLost(this ILogger log, ConnectionFailureType failure);

    [LoggerMessage(LogLevel.Information, "Redis answers again.")]
    public static partial void RedisRestored(this ILogger log);
}
