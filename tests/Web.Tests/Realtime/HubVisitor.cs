using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>A visitor with a real connection, who remembers every event until somebody asks for it.</summary>
public sealed class HubVisitor : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly string[] Events =
    [
        "match_found", "match_timeout", "chat_message", "typing", "signal", "show_video", "partner_connection", "end_session", "notice",
        "banned",
    ];

    private readonly Dictionary<string, Channel<JsonElement>> received = Events.ToDictionary(name => name, _ => Channel.CreateUnbounded<JsonElement>());
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HubVisitor(Uri address, string token, Guid id, Wire wire, HubConnection hub)
    {
        (Address, Token, Id, Wire, Hub) = (address, token, id, wire, hub);
        foreach (var name in Events)
        {
            hub.On(name, [wire == Wire.Json ? typeof(JsonElement) : typeof(object)], (arguments, _) =>
            {
                received[name].Writer.TryWrite(WireForm.Of(arguments[0]));
                return Task.CompletedTask;
            }, this);
        }

        hub.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
    }

    public Uri Address { get; }

    public string Token { get; }

    public Guid Id { get; }

    public Wire Wire { get; }

    public HubConnection Hub { get; }

    /// <summary>Ends when the connection is closed for good.</summary>
    public Task Closed => closed.Task.WaitAsync(Patience);

    /// <summary>Passes the gate.</summary>
    public static async Task<(string Token, Guid Id)> Session(Uri address, string? displayName = null)
    {
        using var http = new HttpClient { BaseAddress = address };
        using var answer = await http.PostAsJsonAsync("/api/session", new { birthYear = 1990, acceptTerms = true, displayName });
        var session = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        return (session.Text("token"), session.GetProperty("visitorId").GetGuid());
    }

    /// <summary>Passes the gate and connects.</summary>
    public static async Task<HubVisitor> Enter(
        Uri address, Wire wire = Wire.Json, string? displayName = null, HttpTransportType transport = HttpTransportType.WebSockets)
    {
        var (token, id) = await Session(address, displayName);
        return await Connect(address, token, id, wire, transport);
    }

    /// <summary>Connects with a session that there is: another tab, or the same one later.</summary>
    /// <param name="from">The address that a trusted proxy says it comes from.</param>
    public static async Task<HubVisitor> Connect(
        Uri address, string token, Guid id, Wire wire = Wire.Json, HttpTransportType transport = HttpTransportType.WebSockets, string? from = null)
    {
        var builder = new HubConnectionBuilder().WithUrl(new Uri(address, "/hubs/chat"), options =>
        {
            options.AccessTokenProvider = () => Task.FromResult<string?>(token);
            options.Transports = transport;
            options.SkipNegotiation = transport == HttpTransportType.WebSockets;
            if (from is not null)
            {
                options.Headers["X-Forwarded-For"] = from;
            }
        });
        if (wire == Wire.MessagePack)
        {
            builder.AddMessagePackProtocol();
        }

        var visitor = new HubVisitor(address, token, id, wire, builder.Build());
        await visitor.Hub.StartAsync();

        // The hub counts a connection after the handshake; whatever is called on it waits for that.
        await Assert.ThrowsAsync<HubException>(() => visitor.Tell("nothing"));
        return visitor;
    }

    public Task<HubVisitor> AnotherTab() => Connect(Address, Token, Id, Wire);

    /// <summary>The same visitor on another node.</summary>
    public Task<HubVisitor> On(Uri node) => Connect(node, Token, Id, Wire);

    /// <summary>Calls the hub and gives the answer.</summary>
    public async Task<JsonElement> Call(string method, params object?[] arguments) => WireForm.Of(
        await Hub.InvokeCoreAsync(method, Wire == Wire.Json ? typeof(JsonElement) : typeof(object), arguments).WaitAsync(Patience));

    /// <summary>Calls a method that answers nothing.</summary>
    public Task Tell(string method, params object?[] arguments) => Hub.InvokeCoreAsync(method, arguments).WaitAsync(Patience);

    /// <summary>The code and the text of a refused call.</summary>
    public async Task<(string Code, string Text)> Refused(string method, params object?[] arguments)
    {
        var refused = await Assert.ThrowsAsync<HubException>(() => Tell(method, arguments));
        var text = refused.Message[(refused.Message.IndexOf("HubException: ", StringComparison.Ordinal) + "HubException: ".Length)..];
        return (text.Split(':')[0], text);
    }

    /// <summary>The next event of a name that nobody has asked for yet.</summary>
    public async Task<JsonElement> Next(string name)
    {
        using var patience = new CancellationTokenSource(Patience);
        return await received[name].Reader.ReadAsync(patience.Token);
    }

    /// <summary>Events of a name that nobody has asked for yet.</summary>
    public IReadOnlyList<JsonElement> Unread(string name)
    {
        var unread = new List<JsonElement>();
        while (received[name].Reader.TryRead(out var one))
        {
            unread.Add(one);
        }

        return unread;
    }

    public Task<JsonElement> Join(object request) => Call("join_queue", request);

    public Task<JsonElement> Say(string matchId, string body, string? clientMessageId = null) =>
        Call("chat_message", new Dictionary<string, object?>
        {
            ["matchId"] = matchId,
            ["body"] = body,
            ["clientMessageId"] = clientMessageId ?? Guid.NewGuid().ToString("N"),
        });

    /// <summary>No new connection is opened, and that because of a ban.</summary>
    public async Task IsKeptOut()
    {
        using var rest = Rest();
        using var refused = await rest.Post("/hubs/chat/negotiate?negotiateVersion=1");
        await refused.Problem(403, "banned");
    }

    /// <summary>A REST client with the same session.</summary>
    public HttpClient Rest() => new()
    {
        BaseAddress = Address,
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Token) },
    };

    public ValueTask DisposeAsync() => Hub.DisposeAsync();
}
