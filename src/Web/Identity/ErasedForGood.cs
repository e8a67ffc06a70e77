using Mediator;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Visitors;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Web.Identity;

/// <summary>
/// After an older copy of the data was put back: whoever was erased since then stays erased. Their accounts go before
/// anybody is served, as their keys do; then the log is told again, beside what goes on.
/// </summary>
public sealed class ErasedForGood(
    TombstoneFile tombstones, IAccountStore accounts, CommandExecutor executor, ISender sender, TimeProvider clock, ILogger<ErasedForGood> log)
    : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);
    private IReadOnlyList<Guid> erased = [];

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        erased = tombstones.Known.ErasedVisitors;
        if (await accounts.Delete(erased, cancellationToken) is > 0 and var count)
        {
            LogMessages.AccountsWereThereAgain(log, count);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var (again, isTold) = (0, false);
        foreach (var visitorId in erased)
        {
            while (true)
            {
                try
                {
                    again += await EraseAgain(visitorId, stoppingToken) ? 1 : 0;
                    break;
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    if (!isTold)
                    {
                        isTold = true;
                        LogMessages.NotErasedAgainYet(log, e);
                    }

                    await Task.Delay(RetryAfter, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }

            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }

        if (again > 0)
        {
            LogMessages.ErasedAgain(log, again);
        }
    }

    private async Task<bool> EraseAgain(Guid visitorId, CancellationToken ct)
    {
        var visitor = await executor.Load(Visitor.Decider, visitorId, ct);
        if (!visitor.Exists || visitor.IsErased)
        {
            return false;
        }

        await sender.Send(new EraseVisitor(visitorId, visitor.Devices.FirstOrDefault()), ct);
        return true;
    }
}
