using Microsoft.Data.Sqlite;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// The writer's side of <see cref="StreamIndex"/>: knows the streams of events that are not in the index yet, and enters them.
/// Used by the writer's thread alone, inside of its transactions.
/// </summary>
internal sealed class FreshEvents : IDisposable
{
    /// <summary>
    /// As many events are entered at once: enough that a page of the index is written once for several of them, and no more
    /// than <see cref="EventLogTail"/> has in memory.
    /// </summary>
    internal const int Batch = 2_000;

    private readonly Dictionary<string, long> _heads = [];
    private readonly SqliteCommand _load;
    private readonly SqliteCommand? _upTo;
    private readonly SqliteCommand? _enter;
    private long _count;
    private long _enterAt = Batch;
    private bool _isKnown;

    public FreshEvents(SqliteConnection connection)
    {
        _load = connection.Command("SELECT stream, max(revision), count(*) FROM fresh_events GROUP BY stream");
        if (StreamIndex.IsBatched(connection))
        {
            _enter = connection.Command(StreamIndex.Enter);
            _upTo = connection.Command("SELECT up_to FROM placed");
        }
    }

    /// <summary>A position up to which everything is in the index, or entered in the transaction that is open.</summary>
    public long UpTo { get; private set; }

    /// <summary>Whether it is time to enter what came.</summary>
    public bool AreMany => _count >= _enterAt;

    public bool AreNone => _isKnown && _count == 0;

    /// <summary>Learns what lies in the file where that is not known.</summary>
    public void Know()
    {
        if (_isKnown)
        {
            return;
        }

        _heads.Clear();
        _count = 0;
        using var rows = _load.ExecuteReader();
        while (rows.Read())
        {
            _heads[rows.GetString(0)] = rows.GetInt64(1);
            _count += rows.GetInt64(2);
        }

        UpTo = _upTo?.Number() ?? long.MaxValue;
        _isKnown = true;
    }

    /// <summary>What it knows may not be so: a transaction was undone, or somebody else wrote.</summary>
    public void Forget() => _isKnown = false;

    /// <summary>The last revision of a stream that has fresh events.</summary>
    public bool TryGet(string stream, out long revision) => _heads.TryGetValue(stream, out revision);

    /// <param name="head">The stream's last revision now.</param>
    /// <param name="count">How many events came to it.</param>
    public void Added(string stream, long head, int count)
    {
        if (_enter is not null)
        {
            _heads[stream] = head;
            _count += count;
        }
    }

    /// <summary>Enters all of them. Where the transaction fails they stay fresh, and are tried again with the next batch.</summary>
    public void Enter()
    {
        _enterAt = _count + Batch;
        _enter?.ExecuteNonQuery();
        _heads.Clear();
        (_count, UpTo) = (0, _upTo?.Number() ?? long.MaxValue);
    }

    /// <summary>They are entered for good.</summary>
    public void Entered() => _enterAt = Batch;

    public void Dispose()
    {
        _load.Dispose();
        _upTo?.Dispose();
        _enter?.Dispose();
    }
}
