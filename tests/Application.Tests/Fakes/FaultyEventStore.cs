using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using RandomChat.Application.Events;

namespace RandomChat.Application.Tests.Fakes;

/// <summary>An event log in memory that fails where a test wants it to.</summary>
public sealed class FaultyEventStore : IEventStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<RecordedEvent>> streams = [];
    private readonly ConcurrentDictionary<string, Fault> faults = [];
    private readonly ConcurrentDictionary<string, Func<Task>> interruptions = [];
    private readonly Dictionary<string, int> expired = [];
    private long position;

    public enum Fault
    {
        /// <summary>Nothing is recorded.</summary>
        Down,

        /// <summary>It is recorded, but the answer is lost; once.</summary>
        AnswerLost,

        /// <summary>It is not recorded, and nobody is told; once.</summary>
        RequestLost,
    }

    /// <summary>Lets appends to streams of a category fail.</summary>
    public void Break(string category, Fault fault) => faults[category] = fault;

    /// <summary>Happens once, right before the next append to a stream of a category: what others do at that moment.</summary>
    public void Before(string category, Func<Task> happens) => interruptions[category] = happens;

    /// <summary>Whether reading fails as well.</summary>
    public bool IsUnreadable { get; set; }

    /// <summary>After how many more reads reading fails; null: it does not.</summary>
    public int? ReadsLeft { get; set; }

    /// <summary>How many events were read so far.</summary>
    public int EventsRead { get; private set; }

    public void Mend()
    {
        faults.Clear();
        IsUnreadable = false;
        ReadsLeft = null;
    }

    /// <summary>What a stream has now cannot be read any more; its revisions go on.</summary>
    public void Expire(StreamName stream)
    {
        lock (gate)
        {
            expired[stream.Value] = streams[stream.Value].Count;
        }
    }

    public IReadOnlyList<RecordedEvent> All
    {
        get
        {
            lock (gate)
            {
                return [.. streams.Values.SelectMany(events => events).OrderBy(recorded => recorded.Position.Value)];
            }
        }
    }

    public IReadOnlyList<RecordedEvent> Of(StreamName stream)
    {
        lock (gate)
        {
            return streams.TryGetValue(stream.Value, out var events) ? [.. events.Skip(expired.GetValueOrDefault(stream.Value))] : [];
        }
    }

    public async IAsyncEnumerable<RecordedEvent> Read(StreamName stream, long fromRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        if (IsUnreadable || ReadsLeft-- == 0)
        {
            throw new DependencyUnavailableException("event-log");
        }

        foreach (var recorded in Of(stream).Where(recorded => recorded.Revision >= fromRevision))
        {
            EventsRead++;
            yield return recorded;
        }
    }

    public async ValueTask<AppendResult> Append(
        StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct)
    {
        await Task.Yield();
        if (interruptions.TryRemove(stream.Category, out var happens))
        {
            await happens();
        }

        faults.TryGetValue(stream.Category, out var fault);
        var broken = faults.ContainsKey(stream.Category);
        if (broken && fault == Fault.Down)
        {
            throw new DependencyUnavailableException("event-log");
        }

        if (broken)
        {
            faults.TryRemove(stream.Category, out _);
        }

        if (broken && fault == Fault.RequestLost)
        {
            throw new AppendOutcomeUnknownException(stream);
        }

        var result = Append(stream, expected, events);
        return broken ? throw new AppendOutcomeUnknownException(stream) : result;
    }

    public ValueTask SetMaxAge(StreamName stream, TimeSpan age, CancellationToken ct) => ValueTask.CompletedTask;

    public IAsyncEnumerable<LogItem> Subscribe(LogPosition? after, CancellationToken ct) => throw new NotSupportedException();

    private AppendResult Append(StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events)
    {
        lock (gate)
        {
            if (!streams.TryGetValue(stream.Value, out var known))
            {
                streams[stream.Value] = known = [];
            }

            if (known.Count - 1 != expected.Value)
            {
                return new AppendResult.WrongRevision(known.Count - 1);
            }

            foreach (var happened in events)
            {
                known.Add(new(
                    stream, known.Count, new(++position), happened.Id, happened.Type, DateTimeOffset.UnixEpoch, happened.Data, happened.Metadata));
            }

            return new AppendResult.Appended(known.Count - 1, new(position));
        }
    }
}
