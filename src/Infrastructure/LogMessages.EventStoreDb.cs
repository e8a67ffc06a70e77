using Microsoft.Extensions.Logging;
using RandomChat.Infrastructure.EventStoreDb;

namespace RandomChat.Infrastructure;

internal static partial class LogMessages
{
    [LoggerMessage(EventId = 3201, Level = LogLevel.Information, Message = "Connected to EventStoreDB {Version} at {Node}; appends in batches: {Batches}")]
    public static partial void EventStoreConnected(ILogger logger, EventStoreDbNode node, string version, bool batches);

    [LoggerMessage(EventId = 3202, Level = LogLevel.Warning, Message = "The connection for appends to EventStoreDB at {Node} broke")]
    public static partial void EventStoreConnectionLost(ILogger logger, Exception exception, EventStoreDbNode node);

    [LoggerMessage(EventId = 3203, Level = LogLevel.Warning, Message = "EventStoreDB at {Node} cannot be used: {Reason}")]
    public static partial void EventStoreUnreachable(ILogger logger, EventStoreDbNode node, string reason);

    [LoggerMessage(EventId = 3204, Level = LogLevel.Information, Message = "EventStoreDB at {Node} says that {Leader} is the leader")]
    public static partial void EventStoreLeader(ILogger logger, EventStoreDbNode node, EventStoreDbNode leader);

    [LoggerMessage(EventId = 3205, Level = LogLevel.Warning, Message = "A subscription to EventStoreDB at {Node} broke; it goes on after the last event it saw")]
    public static partial void EventStoreSubscriptionLost(ILogger logger, Exception exception, EventStoreDbNode node);

    [LoggerMessage(EventId = 3206, Level = LogLevel.Debug, Message = "EventStoreDB at {Node} ended a subscription whose reader is slower than the log grows; it goes on after the last event it saw")]
    public static partial void EventStoreReaderTooSlow(ILogger logger, EventStoreDbNode node);
}
