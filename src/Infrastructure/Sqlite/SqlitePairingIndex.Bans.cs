using System.Collections.Concurrent;
using RandomChat.Application.Moderation;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>Who is to be paired with nobody.</summary>
public sealed partial class SqlitePairingIndex : IBanIndex
{
    // Banned and not read yet, by visitor and by browser; what stays too long costs a look at a stream.
    private readonly ConcurrentDictionary<string, Guid> _bansNoted = [];

    public event Action<Guid>? Banned;

    public IReadOnlyList<Guid> BannedAmong(Guid? visitorId, string? deviceMark)
    {
        // What is noted first: it is forgotten only after the file has it, so nothing falls between the two.
        var banned = new HashSet<Guid>();
        foreach (var who in (string?[])[visitorId?.ToString("D"), deviceMark])
        {
            if (who is not null && _bansNoted.TryGetValue(who, out var noted))
            {
                banned.Add(noted);
            }
        }

        banned.UnionWith(Query(file => file.Banned(visitorId, deviceMark, _time.GetUtcNow())));
        return [.. banned];
    }

    public void NoteBanned(Guid visitorId, IReadOnlyList<string> deviceMarks)
    {
        foreach (var who in (string[])[visitorId.ToString("D"), .. deviceMarks])
        {
            _bansNoted[who] = visitorId;
        }
    }

    public AddressBan? AtAddress(string address) =>
        Query(file => file.AtAddress(address, _time.GetUtcNow())) is var (until, isSevere) ? new(until, isSevere) : null;

    public void MarkAddress(string address, AddressBan ban)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _file.MarkAddress(address, ban.Until, ban.IsSevere, _time.GetUtcNow());
        }
    }

    private void PassedBan(PairingChange.Banned banned)
    {
        _bansNoted.TryRemove(new(banned.Who, banned.VisitorId));
        if (banned.Who == banned.VisitorId.ToString("D"))
        {
            Banned?.Invoke(banned.VisitorId);
        }
    }
}
