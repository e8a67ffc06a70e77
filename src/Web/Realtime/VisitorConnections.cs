using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using RandomChat.Application.Realtime;
using RandomChat.Application.Visitors;

namespace RandomChat.Web.Realtime;

/// <summary>The hub connections of this process, by visitor.</summary>
public sealed class VisitorConnections(IHubContext<ChatHub> hub, TimeProvider clock) : ILocalConnections
{
    private readonly ConcurrentDictionary<Guid, ImmutableConnections> byVisitor = [];
    private readonly ConcurrentDictionary<string, VisitorConnection> byId = [];

    public int VisitorCount => byVisitor.Count;

    /// <summary>How many connections there are; a visitor has one for each tab.</summary>
    public int Count => byId.Count;

    public IEnumerable<Guid> Visitors => byVisitor.Keys;

    public IReadOnlyList<string> Of(Guid visitorId) =>
        byVisitor.TryGetValue(visitorId, out var known) ? [.. known.Items.Select(connection => connection.Id)] : [];

    public IReadOnlyList<string> AddressesOf(Guid visitorId) =>
        byVisitor.TryGetValue(visitorId, out var known) ? [.. known.Items.Select(connection => connection.Address).OfType<string>().Distinct()] : [];

    public void Close(Guid visitorId, IServerEvent last)
    {
        foreach (var connection in byVisitor.TryGetValue(visitorId, out var known) ? known.Items : [])
        {
            connection.Close(last);
        }
    }

    public ValueTask Announce(Guid visitorId, CancellationToken ct) => default;

    public ValueTask Follow(Guid visitorId, Guid matchId, CancellationToken ct) => default;

    public void Unfollow(Guid visitorId)
    {
    }

    /// <summary>Registers a connection; the oldest one that holds no call is closed where the visitor has too many.</summary>
    /// <param name="address">The public address that it comes from, keyed; null where it is none.</param>
    /// <param name="began">When the session did that it is opened with.</param>
    public void Add(Guid visitorId, HubCallerContext context, int most, string? address, DateTimeOffset began)
    {
        var connection = new VisitorConnection(context, hub.Clients.Client(context.ConnectionId), address, began, clock);
        byId[connection.Id] = connection;
        var all = byVisitor.AddOrUpdate(visitorId, _ => new([connection]), (_, known) => new([.. known.Items, connection]));
        if (all.Items.Length > most)
        {
            (all.Items.FirstOrDefault(other => !other.HoldsCall) ?? all.Items[0]).Abort();
        }
    }

    /// <summary>Forgets a connection; true where it was the visitor's last one.</summary>
    public bool Remove(Guid visitorId, string connectionId)
    {
        byId.TryRemove(connectionId, out _);
        while (byVisitor.TryGetValue(visitorId, out var known))
        {
            var left = new ImmutableConnections([.. known.Items.Where(connection => connection.Id != connectionId)]);
            if (left.Items.Length == 0
                ? byVisitor.TryRemove(new(visitorId, known))
                : byVisitor.TryUpdate(visitorId, left, known))
            {
                return left.Items.Length == 0;
            }
        }

        return false;
    }

    public void Close(Guid visitorId) => Close(visitorId, DateTimeOffset.MaxValue);

    public void Close(Guid visitorId, DateTimeOffset since)
    {
        foreach (var connection in byVisitor.TryGetValue(visitorId, out var known) ? known.Items : [])
        {
            if (VisitorProfiles.IsBefore(connection.Began, since))
            {
                connection.Abort();
            }
        }
    }

    public void Push(Guid visitorId, IServerEvent happened, string? exceptConnection = null)
    {
        if (byVisitor.TryGetValue(visitorId, out var known))
        {
            foreach (var connection in known.Items)
            {
                if (connection.Id != exceptConnection)
                {
                    connection.Send(happened);
                }
            }
        }
    }

    public bool PushTo(string connectionId, IServerEvent happened)
    {
        if (!byId.TryGetValue(connectionId, out var connection))
        {
            return false;
        }

        connection.HoldsCall = true;
        connection.Send(happened);
        return true;
    }

    public bool IsConnected(Guid visitorId) => byVisitor.ContainsKey(visitorId);

    public ValueTask<bool> IsConnectedAnywhere(Guid visitorId, CancellationToken ct) => ValueTask.FromResult(IsConnected(visitorId));

    /// <summary>How many connections a visitor has.</summary>
    public int CountOf(Guid visitorId) => byVisitor.TryGetValue(visitorId, out var known) ? known.Items.Length : 0;

    public bool IsOpen(string connectionId) => byId.ContainsKey(connectionId);

    public string? FirstOf(Guid visitorId) => byVisitor.TryGetValue(visitorId, out var known) ? known.Items[0].Id : null;

    /// <summary>Tells everybody who is here; ends when all of it has been handed to the transports.</summary>
    public Task PushToAll(IServerEvent happened)
    {
        var all = byId.Values.ToArray();
        foreach (var connection in all)
        {
            connection.Send(happened);
        }

        return Task.WhenAll(all.Select(connection => connection.Sent));
    }

    private sealed record ImmutableConnections(VisitorConnection[] Items);
}
