namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// The last revisions of recently written streams. Two generations keep it bounded: when the young one is full it
/// becomes the old one, and what was not used since is forgotten.
/// </summary>
internal sealed class StreamHeads(int generation)
{
    private Dictionary<string, long> _young = [];
    private Dictionary<string, long> _old = [];

    public bool TryGet(string stream, out long revision)
    {
        if (_young.TryGetValue(stream, out revision))
        {
            return true;
        }

        if (!_old.TryGetValue(stream, out revision))
        {
            return false;
        }

        Set(stream, revision);
        return true;
    }

    public void Set(string stream, long revision)
    {
        if (_young.Count >= generation)
        {
            (_old, _young) = (_young, []);
        }

        _young[stream] = revision;
    }

    public void Clear()
    {
        _young = [];
        _old = [];
    }
}
