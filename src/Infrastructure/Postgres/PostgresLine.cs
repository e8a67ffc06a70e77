using Npgsql;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>
/// The way to the server. While it cannot be reached, one caller in <see cref="Pause"/> tries; the others are told at
/// once, so that nobody's reconnection or search for a partner waits for a dead host again and again.
/// </summary>
internal sealed class PostgresLine(NpgsqlDataSource source, TimeProvider time)
{
    private const int Attempts = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);
    private volatile Exception? outage;
    private long nextTry;

    /// <param name="work">May run again after a passing failure, so it has to come to the same twice.</param>
    public async ValueTask<T> Run<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken ct)
    {
        if (outage is { } known && !MayTry())
        {
            throw new DependencyUnavailableException(PostgresFailure.Dependency, known);
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(ct);
                var result = await work(connection);
                outage = null;
                return result;
            }
            catch (Exception passing) when (attempt < Attempts && PostgresFailure.IsPassing(passing) && !ct.IsCancellationRequested)
            {
                if (PostgresFailure.IsOutage(passing))
                {
                    // What a restart broke was broken in every idle connection. Where somebody else clears them already this
                    // returns before they are gone, and the next attempt would take another broken one.
                    source.Clear();
                    await Task.Delay(attempt * Breath, ct);
                }
            }
            catch (Exception failure) when (!ct.IsCancellationRequested)
            {
                var explained = PostgresFailure.Explain(failure);
                if (explained is DependencyUnavailableException && PostgresFailure.IsOutage(failure))
                {
                    Interlocked.Exchange(ref nextTry, (time.GetUtcNow() + Pause).UtcTicks);
                    outage = failure;
                }

                throw explained;
            }
        }
    }

    private bool MayTry()
    {
        var now = time.GetUtcNow();
        var due = Interlocked.Read(ref nextTry);
        return now.UtcTicks >= due && Interlocked.CompareExchange(ref nextTry, (now + Pause).UtcTicks, due) == due;
    }
}
