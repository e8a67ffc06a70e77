using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>Once a minute, or more often where keys live for seconds: destroys due keys, holds new ones ahead, then lets the log scavenge.</summary>
public sealed class RetentionJob(Sealer sealer, SealingOptions options, IEnumerable<IScavenge> scavenges, TimeProvider time, ILogger<RetentionJob> log) : BackgroundService
{
    private readonly HashSet<string> failing = [];

    private TimeSpan Interval => TimeSpan.FromTicks(Math.Min(TimeSpan.FromMinutes(1).Ticks, options.KeyPeriod.Ticks / 2));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // The timer starts before the work, so that a slow run does not put off the next one.
                var pause = Task.Delay(Interval, time, stoppingToken);
                await Attempt("The upkeep of keys", Keys, stoppingToken);
                foreach (var scavenge in scavenges)
                {
                    await Attempt("The scavenge", scavenge.Scavenge, stoppingToken);
                }

                await pause;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    private async ValueTask Keys(CancellationToken ct)
    {
        try
        {
            Report(await sealer.DestroyDue(ct));
        }
        finally
        {
            await sealer.EnsureReady(ct);
        }
    }

    private void Report(Destruction destruction)
    {
        if (destruction.Ids.Count > 0)
        {
            log.KeysDestroyed(destruction.Ids.Count);
        }

        if (destruction.Gone)
        {
            failing.Remove(nameof(Destruction));
        }
        else if (failing.Add(nameof(Destruction)))
        {
            log.KeyRemainsLeft();
        }
    }

    private async ValueTask Attempt(string what, Func<CancellationToken, ValueTask> work, CancellationToken ct)
    {
        try
        {
            await work(ct);
            if (failing.Remove(what))
            {
                log.RetentionWorksAgain(what);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            if (failing.Add(what))
            {
                log.RetentionFails(failure, what);
            }
        }
    }
}
