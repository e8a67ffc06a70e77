using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>
/// The way between nodes: one channel a node and one for all. What one node posts to another arrives in that order, or,
/// while Redis is away, not at all; whoever needs to know asks again.
/// </summary>
internal sealed class NodeBus(RedisConnection redis, NodeId node, ILogger<NodeBus> log)
{
    private ChannelMessageQueue? own;
    private ChannelMessageQueue? all;

    /// <summary>Called for every message of another node, one after the other; must not wait.</summary>
    public event Action<NodeMessage>? Received;

    public async Task Open()
    {
        own = await redis.Subscriber.SubscribeAsync(Channel(node.Value));
        own.OnMessage(Receive);
        all = await redis.Subscriber.SubscribeAsync(Everybody);
        all.OnMessage(Receive);
    }

    /// <summary>Never waits and never fails.</summary>
    public void Post(string to, NodeMessage message) => Send(Channel(to), message);

    /// <summary>Tells every other node. Never waits and never fails.</summary>
    public void PostToAll(NodeMessage message) => Send(Everybody, message);

    /// <summary>Sends and says whether the other node listens.</summary>
    public async ValueTask<bool> Deliver(string to, NodeMessage message) =>
        await redis.Ask(_ => redis.Subscriber.PublishAsync(Channel(to), (message with { From = node.Value }).ToBytes())) > 0;

    private RedisChannel Everybody => Channel("*all*");

    private RedisChannel Channel(string name) => RedisChannel.Literal($"{redis.KeyPrefix}to:{name}");

    private void Send(RedisChannel channel, NodeMessage message)
    {
        try
        {
            // The command's connection, so that what was written before is there when this arrives.
            _ = redis.Database.PublishAsync(channel, (message with { From = node.Value }).ToBytes(), CommandFlags.FireAndForget);
        }
        catch (Exception e) when (RedisConnection.IsUnavailable(e))
        {
            // Lost, as while Redis is away everything is.
        }
    }

    private void Receive(ChannelMessage message)
    {
        if (NodeMessage.Parse((byte[])message.Message!) is not { } received || received.From == node.Value)
        {
            return;
        }

        try
        {
            Received?.Invoke(received);
        }
        catch (Exception e)
        {
            log.NodeMessageFailed(e, received.GetType().Name);
        }
    }
}

/// <summary>This process among the nodes: another one after every start.</summary>
public sealed record NodeId(string Value)
{
    public static NodeId New() => new($"{Environment.MachineName}-{Guid.NewGuid():N}");
}
