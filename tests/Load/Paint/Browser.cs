using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;

namespace RandomChat.Load.Paint;

/// <summary>The installed Chromium without a window, spoken to by its own DevTools protocol.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";
    private const string Listens = "DevTools listening on ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string profile = Directory.CreateTempSubdirectory("randomchat-paint-").FullName;
    private readonly ClientWebSocket socket = new();
    private readonly byte[] buffer = new byte[1 << 20];
    private readonly Process process;
    private int lastCall;

    private Browser() => process = Process.Start(new ProcessStartInfo(
        Executable,
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--window-size=412,823", "--remote-debugging-port=0", $"--user-data-dir={profile}", "about:blank",
        ])
    {
        RedirectStandardError = true,
    })!;

    public static async Task<Browser> Start()
    {
        var browser = new Browser();
        while (await browser.process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(Listens, StringComparison.Ordinal))
            {
                // A full pipe would stop it.
                _ = browser.process.StandardError.ReadToEndAsync();
                await browser.socket.ConnectAsync(new(line[Listens.Length..]), default);
                return browser;
            }
        }

        throw new InvalidOperationException($"{Executable} did not start.");
    }

    /// <summary>A page of somebody who was never here: no cookies, nothing in the cache.</summary>
    public async Task<Tab> Open()
    {
        var context = Text(await Call("Target.createBrowserContext", new { }), "browserContextId");
        var target = Text(await Call("Target.createTarget", new { url = "about:blank", browserContextId = context }), "targetId");
        return new(this, context, Text(await Call("Target.attachToTarget", new { targetId = target, flatten = true }), "sessionId"));
    }

    /// <summary>Calls a method and gives its result. Nothing else is listened to meanwhile.</summary>
    /// <exception cref="InvalidOperationException">The browser refused it.</exception>
    public async Task<JsonElement> Call(string method, object arguments, string? session = null)
    {
        var id = ++lastCall;
        using var patience = new CancellationTokenSource(Patience);
        await socket.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = arguments, sessionId = session }, Given), WebSocketMessageType.Text, true, patience.Token);
        while (true)
        {
            var answer = await Receive(patience.Token);
            if (answer.TryGetProperty("id", out var answered) && answered.GetInt32() == id)
            {
                return answer.TryGetProperty("error", out var error) ? throw new InvalidOperationException($"{method}: {error}") : answer.GetProperty("result");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        socket.Dispose();
        Directory.Delete(profile, recursive: true);
    }

    private static JsonSerializerOptions Given { get; } = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static string Text(JsonElement result, string name) => result.GetProperty(name).GetString()!;

    private async Task<JsonElement> Receive(CancellationToken ct)
    {
        using var message = new MemoryStream();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, ct);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                message.Position = 0;
                return (await JsonDocument.ParseAsync(message, cancellationToken: ct)).RootElement;
            }
        }
    }
}

/// <summary>One page.</summary>
internal sealed class Tab(Browser browser, string context, string session) : IAsyncDisposable
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task<JsonElement> Call(string method, object? arguments = null) => browser.Call(method, arguments ?? new { }, session);

    /// <summary>The value of an expression; a promise is waited for.</summary>
    public async Task<JsonElement> Evaluate(string expression)
    {
        var answer = await Call("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        return answer.TryGetProperty("exceptionDetails", out var thrown) ? throw new InvalidOperationException($"{expression}: {thrown}")
            : answer.GetProperty("result").TryGetProperty("value", out var value) ? value : default;
    }

    /// <summary>Until an expression is true. False where it does not become so: times are the page's own, so that it does not matter how often this side looks.</summary>
    public async Task<bool> Comes(string expression)
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience;)
        {
            try
            {
                if ((await Evaluate(expression)).ValueKind == JsonValueKind.True)
                {
                    return true;
                }
            }
            catch (InvalidOperationException)
            {
                // Asked between two pages.
            }

            await Task.Delay(Often);
        }

        return false;
    }

    public async ValueTask DisposeAsync() => await browser.Call("Target.disposeBrowserContext", new { browserContextId = context });
}
