using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;
using Testcontainers.Redis;
using Xunit;

namespace RandomChat.Engines;

/// <summary>
/// A Redis server for tests: the one that <c>REDIS_CONNECTION</c> names, else a container where a Docker engine answers,
/// else the locally installed one on a private port. Where there is none the test is skipped and says so.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly Lazy<Task<RedisServer>> One = new(Begin);

    private readonly int port;
    private readonly RedisContainer? container;
    private readonly string? clusterFile;
    private Process? process;

    private RedisServer(string connectionString, int port = 0, RedisContainer? container = null, string? clusterFile = null) =>
        (ConnectionString, this.port, this.container, this.clusterFile) = (connectionString, port, container, clusterFile);

    /// <summary>As StackExchange.Redis takes it. Tests that share the server keep apart by a key prefix.</summary>
    public string ConnectionString { get; }

    /// <summary>The server that the tests of this process share; skips the test where there is none.</summary>
    public static async Task<RedisServer> Shared()
    {
        if (Named is null && !LocalProgram.HasDocker() && !IsInstalled)
        {
            Assert.Skip("There is no Redis: REDIS_CONNECTION is not set, no Docker engine answers, none is installed (Debian: redis-server).");
        }

        return await One.Value;
    }

    /// <summary>A server of this test alone, which it may stop, start and flush.</summary>
    public static async Task<RedisServer> Own()
    {
        SkipWhereNotInstalled();
        return await BeginLocal();
    }

    /// <summary>A cluster of one node, of this test alone: it refuses commands and scripts that touch keys of several slots.</summary>
    public static async Task<RedisServer> OwnCluster()
    {
        SkipWhereNotInstalled();
        var server = await BeginLocal(Path.Combine(Path.GetTempPath(), $"redis-cluster-{Guid.NewGuid():N}.conf"));
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{server.ConnectionString},allowAdmin=true");
        await connection.GetDatabase().ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
        await LocalProgram.Until(async () =>
        {
            if (!((string)(await connection.GetDatabase().ExecuteAsync("CLUSTER", "INFO"))!).Contains("cluster_state:ok", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("The cluster has not taken its slots yet.");
            }
        });
        return server;
    }

    /// <summary>Kills it: what it held is gone.</summary>
    public void Stop()
    {
        process?.Kill();
        process?.WaitForExit();
        process?.Dispose();
        process = null;
    }

    /// <summary>Starts it, empty.</summary>
    public async Task Start()
    {
        process = Process.Start(new ProcessStartInfo(
            Program,
            [
                "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning",
                .. clusterFile is null ? Array.Empty<string>() : ["--cluster-enabled", "yes", "--cluster-config-file", clusterFile],
            ])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        })!;
        await LocalProgram.Until(async () =>
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync($"{ConnectionString},connectTimeout=500,connectRetry=1");
            await connection.GetDatabase().PingAsync();
        });
    }

    /// <summary>Empties it, as <c>FLUSHALL</c> by a mistaken hand would.</summary>
    public async Task FlushAll()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{ConnectionString},allowAdmin=true");
        await connection.GetServers()[0].FlushAllDatabasesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        if (clusterFile is not null)
        {
            File.Delete(clusterFile);
        }

        if (container is not null)
        {
            await container.DisposeAsync();
        }
    }

    private const string Program = "/usr/bin/redis-server";

    private static bool IsInstalled => File.Exists(Program);

    private static string? Named => Environment.GetEnvironmentVariable("REDIS_CONNECTION") is { Length: > 0 } named ? named : null;

    private static async Task<RedisServer> Begin()
    {
        if (Named is { } named)
        {
            return new(named);
        }

        if (LocalProgram.HasDocker())
        {
            var container = new RedisBuilder("redis:7-alpine").Build();
            await container.StartAsync();
            return new(container.GetConnectionString(), container: container);
        }

        var server = await BeginLocal();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.Stop();
        return server;
    }

    private static void SkipWhereNotInstalled()
    {
        if (!IsInstalled)
        {
            Assert.Skip("A Redis that a test may stop has to be installed on this machine (Debian: redis-server).");
        }
    }

    private static async Task<RedisServer> BeginLocal(string? clusterFile = null)
    {
        var port = LocalProgram.FreePort();
        var server = new RedisServer($"127.0.0.1:{port}", port, clusterFile: clusterFile);
        await server.Start();
        return server;
    }
}
