using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RandomChat.Infrastructure;

internal static partial class LogMessages
{
    [LoggerMessage(LogLevel.Error, "Redis came back with the mark of another event log: a server on another log uses it, and two histories are mixed.")]
    public static partial void RedisOfAnotherLog(this ILogger log);

    [LoggerMessage(LogLevel.Error, "Redis cannot be reached ({Failure}); it is tried again until it answers.")]
    public static partial void RedisLost(this ILogger log, ConnectionFailureType failure);

    [LoggerMessage(LogLevel.Information, "Redis answers again.")]
    public static partial void RedisRestored(this ILogger log);

    [LoggerMessage(LogLevel.Warning, "Node {Node} is not heard of any more: {Count} of its visitors keep their places for the grace.")]
    public static partial void LobbyNodeAdopted(this ILogger log, string node, long count);

    [LoggerMessage(LogLevel.Warning, "The lobby did not know this node any more (emptied: {Lost}): {Tickets} tickets and {Claims} claims were put back where they were missing.")]
    public static partial void LobbyPutBack(this ILogger log, int tickets, int claims, bool lost);

    [LoggerMessage(LogLevel.Warning, "Limits that nodes share are counted in this process until Redis answers again.")]
    public static partial void SharedLimitsFail(this ILogger log, Exception? failure);

    [LoggerMessage(LogLevel.Information, "Limits are counted for all nodes together again.")]
    public static partial void SharedLimitsCount(this ILogger log);
}
