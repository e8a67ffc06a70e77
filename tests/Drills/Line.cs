using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace RandomChat.Drills;

/// <summary>The server refused, with a code of the contract.</summary>
internal sealed class RefusedException(string code, string text) : Exception(text)
{
    public string Code => code;

    /// <summary>What a <c>rate-limited</c> text begins with.</summary>
    public TimeSpan Wait => int.TryParse(Message.Split(' ')[0], out var seconds) ? TimeSpan.FromSeconds(seconds) : TimeSpan.Zero;
}

/// <summary>Nobody answered, or the connection broke: whoever asked tries again.</summary>
internal sealed class UnreachableException(string what, Exception? inner = null) : Exception(what, inner);

/// <summary>One connection to the hub, and what was pushed over it.</summary>
internal sealed class Line : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly string[] Names =
        ["match_found", "match_timeout", "chat_message", "partner_connection", "end_session", "notice", "banned"];

    private readonly HubConnection hub;
    private readonly Channel<(string Name, JsonElement Data)> events = Channel.CreateUnbounded<(string, JsonElement)>();

    private Line(HubConnection hub)
    {
        this.hub = hub;
        foreach (var name in Names)
        {
            hub.On<JsonElement>(name, data => events.Writer.TryWrite((name, data)));
        }

        hub.Closed += _ =>
        {
            events.Writer.TryComplete();
            return Task.CompletedTask;
        };
    }

    public static async Task<Line> Open(Uri door, string token)
    {
        var hub = new HubConnectionBuilder().WithUrl(new Uri(door, "/hubs/chat"), options =>
        {
            options.AccessTokenProvider = () => Task.FromResult<string?>(token);
            options.Transports = HttpTransportType.WebSockets;
            options.SkipNegotiation = true;
        }).Build();
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            await hub.StartAsync(patience.Token);
            return new(hub);
        }
        catch (Exception e)
        {
            await hub.DisposeAsync();
            throw e is WebSocketException && (e.Message.Contains("'401'", StringComparison.Ordinal) || e.Message.Contains("'403'", StringComparison.Ordinal))
                ? new RefusedException("no-session", e.Message)
                : new UnreachableException("The hub does not answer.", e);
        }
    }

    /// <summary>The next event; null when there is none for so long.</summary>
    /// <exception cref="UnreachableException">The connection is closed, and all that came over it was read.</exception>
    public async Task<(string Name, JsonElement Data)?> Next(TimeSpan within)
    {
        if (events.Reader.TryRead(out var next))
        {
            return next;
        }

        using var patience = new CancellationTokenSource(within);
        try
        {
            return await events.Reader.WaitToReadAsync(patience.Token) && events.Reader.TryRead(out next)
                ? next
                : throw new UnreachableException("The connection was closed.");
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public async Task<JsonElement> Call(string method, object argument)
    {
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            return await hub.InvokeAsync<JsonElement>(method, argument, patience.Token);
        }
        catch (HubException refused)
        {
            const string Prefix = "HubException: ";
            var text = refused.Message[(refused.Message.IndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var at ? at + Prefix.Length : 0)..];
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            throw colon < 0 ? new RefusedException("internal", text) : new RefusedException(text[..colon], text[(colon + 2)..]);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or WebSocketException or OperationCanceledException)
        {
            throw new UnreachableException($"{method} was not answered.", e);
        }
    }

    public ValueTask DisposeAsync() => hub.DisposeAsync();
}
