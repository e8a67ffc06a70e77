using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>Follows the log from a position on, over broken connections.</summary>
/// <param name="without">A category of streams that the server leaves out; null: none.</param>
internal sealed class LogSubscription(
    EventStoreDbCluster cluster, EventStoreDbReader reader, LogPosition? after, string? without, TimeSpan mendFor, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    /// <summary>Servers before 23.10 never say that a reader has caught up: after so much silence this side looks.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private LogPosition? _position = after;

    /// <summary>Whether everything that was there has been received, so that an empty wire means an empty log.</summary>
    private bool _live;

    /// <summary>Whether the reader has not been told yet that nothing is newer.</summary>
    private bool _owesCaughtUp = true;

    private bool _receivedAny;
    private bool _moved;

    /// <exception cref="DependencyUnavailableException">The log is not there, and was not for a while if it was before.</exception>
    public async IAsyncEnumerable<LogItem> Items([EnumeratorCancellation] CancellationToken ct)
    {
        var (lostAt, pause) = ((long?)null, FirstPause);
        for (var attempt = 1; ; attempt++)
        {
            var node = cluster.Current;
            using var answers = reader.Read(node, Options(), ct);
            _live = false;
            while (true)
            {
                if (_live && _owesCaughtUp && !answers.IsNextHere)
                {
                    _owesCaughtUp = false;
                    yield return new LogItem.CaughtUp(await SafeEnd(node, ct));
                }

                if (!_live && !await answers.IsThere(Silence, ct))
                {
                    _live = await LooksCaughtUp(node, ct);
                    continue;
                }

                if (!await answers.Take(ct))
                {
                    break;
                }

                if (answers.Current.ContentCase != ReadResp.ContentOneofCase.Confirmation)
                {
                    (lostAt, pause) = (null, FirstPause);
                }

                if (Understand(answers.Current) is { } item)
                {
                    yield return item;
                }
            }

            var failure = answers.Failure ?? new RpcException(new(StatusCode.Unavailable, "The server ended the subscription."));
            var another = cluster.Failed(node, failure);
            if (!_receivedAny)
            {
                // Nobody has relied on it yet: who is to be told at once is told at once.
                if (another && attempt <= cluster.Attempts)
                {
                    continue;
                }

                throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency, Explained(failure));
            }

            if (lostAt is null)
            {
                if (failure.SaysTooSlow())
                {
                    LogMessages.EventStoreReaderTooSlow(logger, node);
                }
                else
                {
                    LogMessages.EventStoreSubscriptionLost(logger, failure, node);
                }

                lostAt = time.GetTimestamp();
                continue;
            }

            if (!failure.MayPass() || time.GetElapsedTime(lostAt.Value) > mendFor)
            {
                throw new DependencyUnavailableException(EventStoreDbEventStore.Dependency, failure);
            }

            await Task.Delay(pause, time, ct);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>The server has no words for a position at which no event of its log begins.</summary>
    private Exception Explained(RpcException failure) => failure.StatusCode == StatusCode.Unknown && _position is { } position
        ? new InvalidOperationException($"The event log cannot be read on from position {position.Value}: it may be a position of another log.", failure)
        : failure;

    /// <summary>A filter looks at types or at streams. The server's own events have a type, and all but a few a stream, that begins with a dollar sign.</summary>
    private ReadReq.Types.FilterOptions Wanted()
    {
        var filter = new ReadReq.Types.FilterOptions { Max = 1_000, CheckpointIntervalMultiplier = 1 };
        if (without is null)
        {
            filter.EventType = new() { Regex = "^[^$]" };
        }
        else
        {
            filter.StreamIdentifier = new() { Regex = $"^(?!\\$|{without}-)" };
        }

        return filter;
    }

    private ReadReq.Types.Options Options() => new()
    {
        All = EventStoreDbReader.AllFrom(_position),
        ReadDirection = ReadReq.Types.Direction.Forwards,
        Subscription = new(),
        Filter = Wanted(),
    };

    private LogItem? Understand(ReadResp answer)
    {
        _receivedAny = true;
        switch (answer.ContentCase)
        {
            case ReadResp.ContentOneofCase.Event:
                var e = answer.Event.Event.ToRecorded();
                MoveTo(e.Position);
                return e.Type.StartsWith('$') ? new LogItem.Passed(e.Position) : new LogItem.Event(e);

            // While a reader catches up, the server also sends where it will read next, without a prepare position. Nobody has
            // looked at the event there, and a subscription from there would leave it out: that is no place to go on from.
            case ReadResp.ContentOneofCase.Checkpoint when answer.Checkpoint.CommitPosition == answer.Checkpoint.PreparePosition:
                var position = answer.Checkpoint.ToPosition();
                if (position <= (_position ?? new(-1)))
                {
                    return null;
                }

                MoveTo(position);
                return new LogItem.Passed(position);

            case ReadResp.ContentOneofCase.CaughtUp:
                _live = true;
                return null;

            case ReadResp.ContentOneofCase.FellBehind:
                _live = false;
                return null;

            default:
                return null;
        }
    }

    private void MoveTo(LogPosition position)
    {
        _position = position;
        _moved = true;
        _owesCaughtUp = true;
    }

    /// <summary>
    /// How far the reader has seen. Where nothing came and the log ends before the position that was asked for, its own
    /// end: it tells whoever followed another log before.
    /// </summary>
    private async Task<LogPosition?> SafeEnd(EventStoreDbNode node, CancellationToken ct)
    {
        if (_moved || _position is not { } position)
        {
            return _position;
        }

        try
        {
            var end = await reader.End(node, ct);
            return end > position ? position : end;
        }
        catch (RpcException)
        {
            // The connection is breaking; the subscription finds out by itself.
            return position;
        }
    }

    private async Task<bool> LooksCaughtUp(EventStoreDbNode node, CancellationToken ct)
    {
        try
        {
            return await reader.IsNothingAfter(node, _position, Wanted(), ct);
        }
        catch (RpcException)
        {
            return false;
        }
    }
}
