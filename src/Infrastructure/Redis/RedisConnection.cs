using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis;

/// <summary>
/// The process's one connection to Redis, shared by everything that uses it. It opens also while Redis is down, comes
/// back by itself, and calls meanwhile fail at once: what is asked of Redis is worth nothing later.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable, IDisposable
{
    /// <summary>How <see cref="DependencyUnavailableException"/> and readiness name it.</summary>
    public const string Dependency = "redis";

    /// <summary>Before what the connection string says, which wins. Milliseconds; a call is refused within seconds.</summary>
    private const string Defaults = "connectTimeout=2000,syncTimeout=3000,asyncTimeout=3000,connectRetry=1,keepAlive=10,";

    /// <summary>
    /// So many calls are on their way at a time, which keeps a server busy. The rest of a burst waits here: a call that
    /// waited on the wire behind thousands would be given up although Redis answers as fast as it can.
    /// </summary>
    private const int OnTheWay = 64;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly ConnectionMultiplexer multiplexer;
    private readonly ILogger log;
    private readonly SemaphoreSlim turns = new(OnTheWay, OnTheWay);
    private long answeredAt;
    private int lost;

    private RedisConnection(ConnectionMultiplexer multiplexer, string keyPrefix, ILogger log)
    {
        (this.multiplexer, this.log) = (multiplexer, log);
        KeyPrefix = keyPrefix;
        Database = multiplexer.GetDatabase();
        Subscriber = multiplexer.GetSubscriber();
        multiplexer.ConnectionFailed += (_, failed) => Lost(failed.ConnectionType, failed.FailureType);
        multiplexer.ConnectionRestored += (_, restored) => CameBack(restored.ConnectionType);
        if (!multiplexer.IsConnected)
        {
            Lost(ConnectionType.Interactive, ConnectionFailureType.UnableToConnect);
        }
    }

    /// <summary>Raised on a thread of the client each time the connection for commands is back.</summary>
    public event Action? Restored;

    public IDatabase Database { get; }

    public ISubscriber Subscriber { get; }

    /// <summary>Every key and channel begins with it, so that several installations can share a server.</summary>
    public string KeyPrefix { get; }

    /// <summary>Whether commands can be sent now.</summary>
    public bool IsConnected => multiplexer.IsConnected;

    /// <param name="connectionString">As StackExchange.Redis takes it; never logged.</param>
    /// <exception cref="ArgumentException">The connection string is malformed.</exception>
    public static RedisConnection Open(string connectionString, string keyPrefix, ILogger<RedisConnection> log)
    {
        var options = ConfigurationOptions.Parse(Defaults + connectionString);
        options.AbortOnConnectFail = false;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new ExponentialRetry(deltaBackOffMilliseconds: 200, maxDeltaBackOffMilliseconds: 2_000);
        options.IncludeDetailInExceptions = false;
        return new(ConnectionMultiplexer.Connect(options), keyPrefix, log);
    }

    /// <summary>Calls Redis.</summary>
    /// <exception cref="DependencyUnavailableException">It cannot answer now; what was asked may have happened.</exception>
    public async ValueTask<T> Ask<T>(Func<IDatabase, Task<T>> call)
    {
        await Turn().ConfigureAwait(false);
        try
        {
            var answer = await call(Database).ConfigureAwait(false);
            Volatile.Write(ref answeredAt, TimeProvider.System.GetTimestamp());
            return answer;
        }
        catch (Exception e) when (IsUnavailable(e))
        {
            throw new DependencyUnavailableException(Dependency, e);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>
    /// Whether a failure says that Redis cannot answer now, and not that it was asked something wrong: errors about a
    /// command or a script begin with ERR, those about the server's state (LOADING, READONLY, OOM …) with their own word. In the
    /// moment in which a connection ends the client also cancels what is on its way, and its pipes refuse what comes: no call is
    /// given a token of its own, and nothing else throws from there.
    /// </summary>
    public static bool IsUnavailable(Exception failure) => failure switch
    {
        RedisConnectionException or RedisTimeoutException or ObjectDisposedException or TimeoutException or OperationCanceledException => true,
        InvalidOperationException { Source: "System.IO.Pipelines" } => true,
        RedisServerException => !failure.Message.StartsWith("ERR", StringComparison.Ordinal)
            && !failure.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal),
        _ => false,
    };

    public void Dispose()
    {
        multiplexer.Dispose();
        turns.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await multiplexer.DisposeAsync().ConfigureAwait(false);
        turns.Dispose();
    }

    /// <summary>Waits as long as answers come, however many calls are in front; and not where Redis is silent.</summary>
    private async ValueTask Turn()
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await turns.WaitAsync(LookEvery).ConfigureAwait(false))
        {
            if (TimeProvider.System.GetElapsedTime(Math.Max(since, Volatile.Read(ref answeredAt))) > Silence)
            {
                throw new DependencyUnavailableException(Dependency);
            }
        }
    }

    private void Lost(ConnectionType connection, ConnectionFailureType failure)
    {
        // Said once, however often reconnecting fails; the subscription's connection goes the same way.
        if (connection == ConnectionType.Interactive && Interlocked.Exchange(ref lost, 1) == 0)
        {
            log.RedisLost(failure);
        }
    }

    private void CameBack(ConnectionType connection)
    {
        if (connection != ConnectionType.Interactive)
        {
            return;
        }

        if (Interlocked.Exchange(ref lost, 0) == 1)
        {
            log.RedisRestored();
        }

        Restored?.Invoke();
    }
}
