using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;

namespace RandomChat.Web.Identity;

/// <summary>
/// Reads in the log who was erased, and lets this node forget them: another one may have been asked, and may have died
/// before the visitor's last key was destroyed. Their session ends at once; a key that cannot be destroyed yet is come back to,
/// after a restart too, and holds up nobody else's.
/// </summary>
public sealed class ErasureWatch : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // The first look is for what an earlier process left undone.
    private readonly SemaphoreSlim heard = new(1);
    private readonly IErasureNews news;
    private readonly ErasedVisitors erased;
    private readonly ISealer sealer;
    private readonly TimeProvider clock;
    private readonly ILogger<ErasureWatch> log;

    public ErasureWatch(IErasureNews news, ErasedVisitors erased, ISealer sealer, TimeProvider clock, ILogger<ErasureWatch> log)
    {
        (this.news, this.erased, this.sealer, this.clock, this.log) = (news, erased, sealer, clock, log);

        // Services are made before any is started: what the log says from the start on is heard.
        news.Erased += Hear;
    }

    public override void Dispose()
    {
        news.Erased -= Hear;
        heard.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await heard.WaitAsync(stoppingToken);
                while (!await DestroyKeys(stoppingToken))
                {
                    await Task.Delay(RetryAfter, clock, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The planned end.
        }
    }

    private void Hear(Guid visitorId)
    {
        erased.Forget(visitorId);
        heard.Release();
    }

    /// <returns>Whether none was left.</returns>
    private async Task<bool> DestroyKeys(CancellationToken ct)
    {
        var failure = (Exception?)null;
        try
        {
            while (failure is null && news.Unfinished() is { Count: > 0 } unfinished)
            {
                foreach (var visitorId in unfinished)
                {
                    failure = await DestroyKey(visitorId, ct) ?? failure;
                }
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            failure = e;
        }

        if (failure is not null)
        {
            LogMessages.ErasureNotFinished(log, failure);
        }

        return failure is null;
    }

    /// <returns>Why it is not destroyed; null where it is.</returns>
    private async Task<Exception?> DestroyKey(Guid visitorId, CancellationToken ct)
    {
        try
        {
            await sealer.ForgetVisitor(visitorId, ct);
            news.Finish(visitorId);
            return null;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return e;
        }
    }
}
