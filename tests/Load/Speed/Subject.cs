using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using RandomChat.Engines;

namespace RandomChat.Load.Speed;

/// <summary>A server that is measured, started anew for every run.</summary>
internal abstract class Subject : IServerProcess, IAsyncDisposable
{
    public abstract string Name { get; }

    public abstract Uri Address { get; }

    public abstract int Id { get; }

    /// <summary>Starts it and waits until it is ready.</summary>
    public abstract Task Start();

    /// <summary>What so many people show when they connect; null: nobody is asked.</summary>
    public abstract Task<IReadOnlyList<string?>> Tokens(int count);

    /// <summary>What it tells about itself at this moment.</summary>
    public abstract Task<ServerCounts> Counts();

    public abstract ValueTask DisposeAsync();
}

/// <summary>Counters of the product's; the bare server has none of it.</summary>
/// <param name="Commits">Of its log: each is one sync of the disk.</param>
/// <param name="Appends">What these commits held.</param>
/// <param name="PassedOver">Delivered messages that the trained heads did not look at.</param>
/// <param name="Allocated">Bytes.</param>
internal sealed record ServerCounts(double Commits, double Appends, double PassedOver, double Allocated)
{
    public static readonly ServerCounts None = new(0, 0, 0, 0);

    public static ServerCounts operator -(ServerCounts after, ServerCounts before) =>
        new(after.Commits - before.Commits, after.Appends - before.Appends, after.PassedOver - before.PassedOver, after.Allocated - before.Allocated);
}

/// <summary>The product as it ships, but for the limits and the captcha, which a load program would run into.</summary>
internal sealed class Product(IReadOnlyDictionary<string, string?> settings) : Subject
{
    private const int AtOnce = 50;
    private readonly ServerProcess server = new(new Dictionary<string, string?>(settings) { ["Limits:Enabled"] = "false", ["Captcha:Mode"] = "off" });

    public override string Name => "product";

    public override Uri Address => server.Address;

    public override int Id => server.Id;

    public override Task Start() => server.Start();

    public override async Task<IReadOnlyList<string?>> Tokens(int count)
    {
        // Each is a visitor of their own, which the cookie of the one before would prevent.
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Address };
        var tokens = new List<string?>();
        foreach (var some in Enumerable.Range(0, count).Chunk(AtOnce))
        {
            tokens.AddRange(await Task.WhenAll(some.Select(_ => Enter(http))));
        }

        return tokens;
    }

    public override async Task<ServerCounts> Counts()
    {
        using var http = new HttpClient { BaseAddress = Address };
        var scrape = await http.GetStringAsync("/metrics");
        return new(
            ServerMemory.Sum(scrape, "randomchat_log_group_size_count"),
            ServerMemory.Sum(scrape, "randomchat_log_group_size_sum"),
            ServerMemory.Sum(scrape, "randomchat_screening_skipped_total"),
            ServerMemory.Sum(scrape, "dotnet_gc_heap_total_allocated_bytes_total"));
    }

    /// <summary>A graceful stop. Gives the exit code.</summary>
    public Task<int> Terminate() => server.Terminate();

    public override ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task<string?> Enter(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync("/api/session", new { birthYear = 1990, acceptTerms = true });
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();
    }
}

/// <summary><see cref="BareServer"/> in a process of its own, with the runtime's settings that the product has.</summary>
internal sealed class Bare : Subject
{
    private readonly Uri address = new($"http://127.0.0.1:{LocalProgram.FreePort()}");
    private Process? process;

    public override string Name => "bare SignalR";

    public override Uri Address => address;

    public override int Id => process!.Id;

    public override async Task Start()
    {
        var settings = Path.ChangeExtension(BuiltProgram.Path("Web"), ".runtimeconfig.json");
        var start = new ProcessStartInfo("dotnet", ["exec", "--runtimeconfig", settings, typeof(BareServer).Assembly.Location, "baseline", "--urls", address.ToString()])
        {
            RedirectStandardOutput = true,
        };
        process = Process.Start(start)!;
        if (await process.StandardOutput.ReadLineAsync() != "ready")
        {
            throw new InvalidOperationException("The bare server did not start.");
        }
    }

    public override Task<IReadOnlyList<string?>> Tokens(int count) => Task.FromResult<IReadOnlyList<string?>>(new string?[count]);

    public override Task<ServerCounts> Counts() => Task.FromResult(ServerCounts.None);

    public override async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process?.Dispose();
    }
}
