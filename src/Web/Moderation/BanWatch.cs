using System.Threading.Channels;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;

namespace RandomChat.Web.Moderation;

/// <summary>
/// The backstop of <see cref="BanEnforcement"/>: should the node that banned somebody die before it had any effect, every
/// node reads the ban in the log and puts out whom it has.
/// </summary>
public sealed class BanWatch(
    IBanIndex bans, BanEnforcement enforcement, LiveMatches matches, ILocalConnections connections, TimeProvider clock, ILogger<BanWatch> log)
    : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Channel<Guid> banned = Channel.CreateUnbounded<Guid>();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bans.Banned += Look;
        try
        {
            // Those whose ban was read before anybody listened: nobody is connected yet, but their matches are back.
            foreach (var side in matches.All.SelectMany(match => new[] { match.First, match.Second }))
            {
                Look(side.VisitorId);
            }

            await foreach (var visitorId in banned.Reader.ReadAllAsync(stoppingToken))
            {
                await Enforce(visitorId, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The planned end.
        }
        finally
        {
            bans.Banned -= Look;
        }
    }

    private void Look(Guid visitorId) => banned.Writer.TryWrite(visitorId);

    private async Task Enforce(Guid visitorId, CancellationToken ct)
    {
        if (!connections.IsConnected(visitorId) && matches.Of(visitorId) is null)
        {
            return;
        }

        try
        {
            await enforcement.Enforce(visitorId, ct);
        }
        catch (Exception e) when (e is DependencyUnavailableException or NodeFailedException)
        {
            LogMessages.BanNotEnforced(log, e);
            _ = Task.Delay(RetryAfter, clock, ct).ContinueWith(_ => Look(visitorId), ct, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
        }
    }
}
