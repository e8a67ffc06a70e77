using System.Runtime.CompilerServices;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure.Sqlite;

public sealed partial class SqliteEventStore
{
    /// <summary>
    /// As <see cref="Subscribe"/>, without the streams of one category, whose events are passed over inside the database:
    /// most of a log is messages, and who does not want them does not pay for them.
    /// </summary>
    /// <param name="category">The part of the streams' names before the first dash.</param>
    public async IAsyncEnumerable<LogItem> SubscribeWithout(
        string category, LogPosition? after, [EnumeratorCancellation] CancellationToken ct)
    {
        StartPoller();
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        var position = after?.Value ?? 0;
        var saidCaughtUp = false;
        var limit = 16;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var grown = _signal.Next;
            var from = position;
            var most = limit;

            // The end is taken first: what is written up to there stays as it is, so nothing is passed over unseen.
            var (end, page) = await Task.Run(
                () => _readers.Read(reader =>
                {
                    var last = reader.End();
                    return (last, last > from ? reader.AfterWithout(category, from, last, most) : new LogPage([], More: false));
                }),
                ct);
            limit = Math.Min(limit * 4, EventLogReader.MostEvents);
            foreach (var e in page.Events)
            {
                yield return new LogItem.Event(e);
                position = e.Position.Value;
                saidCaughtUp = false;
            }

            if (page.More)
            {
                continue;
            }

            if (position < end)
            {
                yield return new LogItem.Passed(new(end));
                position = end;
                saidCaughtUp = false;
            }

            if (!saidCaughtUp)
            {
                yield return new LogItem.CaughtUp(end == 0 ? null : new LogPosition(end));
                saidCaughtUp = true;
            }

            await Grown(grown, ends.Token, ct);
        }
    }

    /// <summary>The position of the last event; null where the log is empty.</summary>
    /// <exception cref="DependencyUnavailableException">The log cannot be read now.</exception>
    public LogPosition? End() => _readers.Read(reader => reader.End()) is var end and > 0 ? new(end) : null;
}
