using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RandomChat.Load.Speed;

/// <summary>
/// What the product is held against: SignalR that forwards messages and does nothing else. No identity, log, screening,
/// logging or filter; on a message's path no lock either. It takes the product's calls and pushes the product's events.
/// </summary>
internal static class BareServer
{
    public static async Task<int> Run(string url)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(url);
        builder.Services.AddRoutingCore();
        builder.Services.AddSignalR();
        builder.Services.AddSingleton<BarePairs>();
        await using var app = builder.Build();
        app.UseRouting();
        app.MapHub<BareHub>("/hubs/chat");

        // For ServerMemory alone, under the product's names.
        app.MapGet("/metrics", TellHeap);
        await app.StartAsync();
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync();
        return 0;
    }

    private static Task TellHeap(HttpContext context)
    {
        var heap = GC.GetGCMemoryInfo(GCKind.Any);
        var live = 0L;
        foreach (var generation in heap.GenerationInfo)
        {
            live += generation.SizeAfterBytes;
        }

        return context.Response.WriteAsync(FormattableString.Invariant(
            $"dotnet_gc_last_collection_heap_size_bytes{{}} {live}\ndotnet_gc_last_collection_memory_committed_size_bytes{{}} {heap.TotalCommittedBytes}\n"));
    }
}

internal sealed class BareHub(BarePairs pairs) : Hub
{
    private static readonly object Key = new();

    [HubMethodName("join_queue")]
    public async Task<BareJoined> Join(BareJoin _)
    {
        if (pairs.Meet(Context) is not { } waiting)
        {
            return new("waiting");
        }

        var match = new BareMatch(Guid.NewGuid());
        Context.Items[Key] = new BareSide(match, Clients.Client(waiting.ConnectionId));
        waiting.Items[Key] = new BareSide(match, Clients.Client(Context.ConnectionId));
        await Clients.Client(waiting.ConnectionId).SendAsync("match_found", match.Found(initiator: true));
        await Clients.Caller.SendAsync("match_found", match.Found(initiator: false));
        return new("matched");
    }

    [HubMethodName("chat_message")]
    public async Task<BareAnswer> Message(BareMessage message)
    {
        var side = (BareSide)Context.Items[Key]!;
        var (id, sequence, now) = (Guid.NewGuid(), side.Match.Next(), DateTimeOffset.UtcNow);
        await side.Partner.SendAsync("chat_message", new BareChatMessage(message.MatchId, id, sequence, "partner", message.Body, now));
        return new(id, sequence, now, "delivered");
    }
}

/// <summary>Pairs the two who follow one another.</summary>
internal sealed class BarePairs
{
    private readonly Lock gate = new();
    private HubCallerContext? waiting;

    /// <returns>Who waited; null: the caller waits now.</returns>
    public HubCallerContext? Meet(HubCallerContext arrived)
    {
        lock (gate)
        {
            var met = waiting;
            waiting = met is null ? arrived : null;
            return met;
        }
    }
}

internal sealed class BareMatch(Guid id)
{
    private int sequence;

    public int Next() => Interlocked.Increment(ref sequence);

    public BareFound Found(bool initiator) => new(id, "text", initiator, new(null, null, [], []), DateTimeOffset.UtcNow);
}

internal sealed record BareSide(BareMatch Match, ISingleClientProxy Partner);

internal sealed record BareJoin(string Mode);

internal sealed record BareJoined(string State);

internal sealed record BareMessage(Guid MatchId, string Body, string ClientMessageId);

internal sealed record BareAnswer(Guid MessageId, int Sequence, DateTimeOffset SentAt, string Status);

internal sealed record BareChatMessage(Guid MatchId, Guid MessageId, int Sequence, string From, string Body, DateTimeOffset SentAt);

internal sealed record BarePeer(string? DisplayName, string? Language, IReadOnlyList<string> SharedInterests, IReadOnlyList<string> Badges);

internal sealed record BareFound(Guid MatchId, string Mode, bool Initiator, BarePeer Peer, DateTimeOffset StartedAt);
