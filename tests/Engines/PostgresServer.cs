using Npgsql;
using Testcontainers.PostgreSql;
using Xunit;

namespace RandomChat.Engines;

/// <summary>
/// A PostgreSQL server for tests: the one that <c>POSTGRES_CONNECTION</c> names, else a container where a Docker engine
/// answers, else the locally installed one on a private port. Where there is none the test is skipped and says so.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresServer>> One = new(Begin);

    private readonly string folder;
    private readonly int port;
    private readonly PostgreSqlContainer? container;
    private readonly string connection;

    private PostgresServer(string connection, string folder = "", int port = 0, PostgreSqlContainer? container = null) =>
        (this.connection, this.folder, this.port, this.container) = (connection, folder, port, container);

    /// <summary>The server that the tests of this process share; skips the test where there is none.</summary>
    public static async Task<PostgresServer> Shared()
    {
        RequireOne();
        return await One.Value;
    }

    /// <summary>A server of this test alone, which it may stop and start.</summary>
    public static async Task<PostgresServer> Own()
    {
        if (Binaries is null)
        {
            Assert.Skip("A PostgreSQL that a test may stop has to be installed on this machine (Debian: postgresql).");
        }

        return await BeginLocal(Binaries);
    }

    /// <summary>A new, empty database; the connection string to it.</summary>
    public async Task<string> NewDatabase()
    {
        var name = $"rc_{Guid.NewGuid():N}";
        await using var server = NpgsqlDataSource.Create(connection);
        await using var create = server.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(connection) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    /// <summary>The folder of the server's files; only of a local one.</summary>
    public string DataFolder => Path.Combine(folder, "data");

    /// <summary>Stops it as an outage would: at once, connections broken.</summary>
    public Task Stop() => AsOwner(Path.Combine(Binaries!, "pg_ctl"), "-D", DataFolder, "-m", "immediate", "-w", "stop");

    public Task Start() => AsOwner(
        Path.Combine(Binaries!, "pg_ctl"), "-D", DataFolder, "-l", Path.Combine(folder, "log"), "-w", "-o", $"-h 127.0.0.1 -p {port} -k {folder}", "start");

    public async ValueTask DisposeAsync()
    {
        if (container is not null)
        {
            await container.DisposeAsync();
        }
        else if (folder.Length > 0)
        {
            // A test may have stopped it.
            if (File.Exists(Path.Combine(DataFolder, "postmaster.pid")))
            {
                await Stop();
            }

            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Binaries =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(Directory.Exists).Order().LastOrDefault()
            : null;

    private static string? Named => Environment.GetEnvironmentVariable("POSTGRES_CONNECTION") is { Length: > 0 } named ? named : null;

    private static void RequireOne()
    {
        if (Named is null && !LocalProgram.HasDocker() && Binaries is null)
        {
            Assert.Skip("There is no PostgreSQL: POSTGRES_CONNECTION is not set, no Docker engine answers, none is installed (Debian: postgresql).");
        }
    }

    private static async Task<PostgresServer> Begin()
    {
        if (Named is { } named)
        {
            return new(named);
        }

        if (LocalProgram.HasDocker())
        {
            var container = new PostgreSqlBuilder("postgres:17-alpine").Build();
            await container.StartAsync();
            return new(container.GetConnectionString(), container: container);
        }

        var server = await BeginLocal(Binaries!);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return server;
    }

    private static async Task<PostgresServer> BeginLocal(string binaries)
    {
        var folder = Directory.CreateTempSubdirectory("rc-postgres-").FullName;
        if (Environment.UserName == "root")
        {
            // PostgreSQL refuses to run as root; Debian's package brings a user for it.
            await LocalProgram.Run("chown", "postgres", folder);
        }

        var port = LocalProgram.FreePort();
        var server = new PostgresServer(
            $"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Timeout=5;Include Error Detail=true", folder, port);
        await AsOwner(Path.Combine(binaries, "initdb"), "-D", server.DataFolder, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres");
        await server.Start();
        return server;
    }

    private static Task AsOwner(string program, params string[] arguments) => Environment.UserName == "root"
        ? LocalProgram.Run("runuser", ["-u", "postgres", "--", program, .. arguments])
        : LocalProgram.Run(program, arguments);
}
