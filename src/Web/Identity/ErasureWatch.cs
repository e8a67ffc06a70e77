using System.Threading.Channels;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;

namespace RandomChat.Web.Identity;

/// <summary>
/// Reads in the log who was erased, and lets this node forget them: another one may have been asked, and may have died
/// before the visitor's last key was destroyed.
/// </summary>
public sealed class ErasureWatch : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<Guid> visitors = Channel.CreateUnbounded<Guid>();
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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var visitorId in visitors.Reader.ReadAllAsync(stoppingToken))
            {
                await Forget(visitorId, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The planned end.
        }
        finally
        {
            news.Erased -= Hear;
        }
    }

    private void Hear(Guid visitorId) => visitors.Writer.TryWrite(visitorId);

    private async Task Forget(Guid visitorId, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                erased.Forget(visitorId);
                await sealer.ForgetVisitor(visitorId, ct);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogMessages.ErasureNotFinished(log, e);
                if (e is not DependencyUnavailableException)
                {
                    // Their key ends with its time; those who come after are not to wait for it.
                    return;
                }
            }

            await Task.Delay(RetryAfter, clock, ct);
        }
    }
}
