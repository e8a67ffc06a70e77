using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>The nodes that are known, and which of them is taken for the leader.</summary>
internal sealed class EventStoreDbCluster : IDisposable
{
    private readonly EventStoreDbSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<DnsEndPoint, EventStoreDbNode> _nodes = [];
    private EventStoreDbNode _current;
    private int _tried;

    public EventStoreDbCluster(EventStoreDbSettings settings, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _time = time;
        _logger = logger;
        _current = Node(settings.Nodes[0]);
    }

    /// <summary>Whom to call now.</summary>
    public EventStoreDbNode Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    /// <summary>How many calls in a row may find each node, and from the last one the leader.</summary>
    public int Attempts => _settings.Nodes.Count + 1;

    /// <summary>Moves on after a call to a node failed: to the leader that it named, or to the next one where it is not there.</summary>
    /// <returns>Whether calling <see cref="Current"/> at once is worth it.</returns>
    public bool Failed(EventStoreDbNode node, RpcException failure)
    {
        lock (_lock)
        {
            // Somebody else's call has moved on already.
            if (_current != node)
            {
                return true;
            }

            if (failure.Leader() is { } leader)
            {
                _current = Node(leader);
                LogMessages.EventStoreLeader(_logger, node, _current);
                return _current != node;
            }

            if (failure.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal)
            {
                _tried = (_tried + 1) % _settings.Nodes.Count;
                _current = Node(_settings.Nodes[_tried]);
            }

            // A connection that lay idle while the server restarted fails once.
            return _current != node || (failure.StatusCode == StatusCode.Unavailable && !failure.WasNeverTaken());
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var node in _nodes.Values)
            {
                node.Dispose();
            }
        }
    }

    private EventStoreDbNode Node(DnsEndPoint address)
    {
        if (!_nodes.TryGetValue(address, out var node))
        {
            _nodes.Add(address, node = new(address, _settings, _time));
        }

        return node;
    }
}
