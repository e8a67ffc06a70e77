using Npgsql;

namespace RandomChat.Projections.Engine;

/// <summary>
/// An advisory lock that lives as long as its own connection. The server ends the connection of a node that is gone or
/// hangs, and the holder asks it every second, so that both sides know soon.
/// </summary>
internal sealed class PostgresLock : Lead
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    private readonly NpgsqlConnection connection;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource ended = new();
    private readonly Task beating;

    private readonly string name;

    private PostgresLock(NpgsqlConnection connection, string name, TimeProvider time)
    {
        (this.connection, this.name) = (connection, name);
        beating = Task.Run(() => KeepAsking(time));
    }

    public override CancellationToken Lost => lost.Token;

    /// <summary>SQL that gives the lock's number.</summary>
    public static string Key(string name) => $"hashtextextended('randomchat/projections/{name}', 0)";

    /// <summary>The lock, or null while somebody else holds it.</summary>
    public static async Task<PostgresLock?> TryTake(string connectionString, string name, TimeProvider time, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            ApplicationName = $"randomchat-{name}",
            CommandTimeout = 5,
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            await using var take = new NpgsqlCommand(
                $"SET idle_session_timeout = '15s'; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; SELECT pg_try_advisory_lock({Key(name)})",
                connection);
            if (await take.ExecuteScalarAsync(ct) is true)
            {
                return new(connection, name, time);
            }
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    public override async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await beating;
        try
        {
            if (!lost.IsCancellationRequested)
            {
                // Said aloud: the server notices a closed connection only a moment later.
                await using var unlock = new NpgsqlCommand($"SELECT pg_advisory_unlock({Key(name)})", connection);
                await unlock.ExecuteNonQueryAsync();
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
        {
            // The lock is gone with its connection.
        }

        await connection.DisposeAsync();
        lost.Dispose();
        ended.Dispose();
    }

    private async Task KeepAsking(TimeProvider time)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Beat, time, ended.Token);
                await using var ask = new NpgsqlCommand("SELECT 1", connection);
                await ask.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException or InvalidOperationException)
        {
            await lost.CancelAsync();
        }
    }
}
