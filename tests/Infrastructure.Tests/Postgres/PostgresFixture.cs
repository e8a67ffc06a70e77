using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RandomChat.Engines;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Postgres;

/// <summary>A server of a test's own, set up as the runbook says, with the clock of tests; and nodes on it that share a master key.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("keys-").FullName;
    private readonly List<IDisposable> nodes = [];
    private readonly string owner;

    private PostgresFixture(PostgresServer server, string owner) => (Server, this.owner) = (server, owner);

    public PostgresServer Server { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 10, 20, 0, TimeSpan.Zero));

    public DateTimeOffset Now => Time.GetUtcNow();

    public string MasterKeyFile => Path.Combine(directory, "master.key");

    /// <summary>What the stores of all nodes logged.</summary>
    public RecordedWarnings Log { get; } = new();

    /// <param name="without">Lines of the runbook's SQL that hold this are left out.</param>
    public static async Task<PostgresFixture> Ready(string? without = null)
    {
        var server = await PostgresServer.Own();
        var fixture = new PostgresFixture(server, await RunbookSql.SetUp(await server.NewDatabase(), without));
        await PostgresMigrations.OfKeys(fixture.NewSource()).Apply(default);
        return fixture;
    }

    /// <summary>One node's pool, as the role of the runbook.</summary>
    public NpgsqlDataSource NewSource()
    {
        var source = NpgsqlDataSource.Create(owner);
        nodes.Add(source);
        return source;
    }

    public PostgresKeyStore NewStore(NpgsqlDataSource? source = null) => new(source ?? NewSource(), TimeSpan.FromHours(1), Time, Log);

    public Sealer NewSealer(NpgsqlDataSource? source = null)
    {
        var sealer = new Sealer(NewStore(source), new(), MasterKeyFile, Time);
        nodes.Insert(0, sealer);
        return sealer;
    }

    /// <summary>A statement of somebody who may do everything.</summary>
    public async Task<object?> AsSuperuser(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(owner) { Username = "postgres" }.ConnectionString);
#pragma warning disable CA2100
        return await source.CreateCommand(sql).ExecuteScalarAsync();
#pragma warning restore CA2100
    }

    public async ValueTask DisposeAsync()
    {
        nodes.ForEach(node => node.Dispose());
        await Server.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}

public sealed class RecordedWarnings : ILogger<PostgresKeyStore>
{
    private readonly List<string> lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (lines)
        {
            lines.Add(formatter(state, exception));
        }
    }
}
