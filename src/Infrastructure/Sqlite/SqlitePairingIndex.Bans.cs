using System.Collections.Concurrent;
using System.Text.Json;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>Who is to be paired with nobody.</summary>
public sealed partial class SqlitePairingIndex : IBanIndex
{
    // Banned and not read yet, by visitor and by browser; what stays too long costs a look at a stream.
    private readonly ConcurrentDictionary<string, Guid> _bansNoted = [];

    public event Action<Guid>? Sanctioned;

    public IReadOnlyList<Guid> BannedAmong(Guid? visitorId, IReadOnlyList<string> deviceMarks)
    {
        // What is noted first: it is forgotten only after the file has it, so nothing falls between the two.
        var visitor = visitorId?.ToString("D");
        HashSet<Guid>? banned = null;
        if (!_bansNoted.IsEmpty)
        {
            foreach (var who in (string?[])[visitor, .. deviceMarks])
            {
                if (who is not null && _bansNoted.TryGetValue(who, out var noted))
                {
                    (banned ??= []).Add(noted);
                }
            }
        }

        var file = File;
        if ((visitor is not null && file.MayBeBanned(visitor)) || deviceMarks.Any(file.MayBeBanned))
        {
            (banned ??= []).UnionWith(Query(rows => rows.Banned(visitorId, deviceMarks, _time.GetUtcNow())));
        }

        return banned is null ? [] : [.. banned];
    }

    public void NoteBanned(Guid visitorId, IReadOnlyList<string> deviceMarks)
    {
        foreach (var who in (string[])[visitorId.ToString("D"), .. deviceMarks])
        {
            _bansNoted[who] = visitorId;
        }
    }

    public bool HasUntoldWarning(Guid visitorId) => File.MayBeWarned(visitorId) && Query(file => file.HasUntoldWarning(visitorId));

    public bool IsEscalated(Guid visitorId) => File.MayBeEscalated(visitorId) && Query(file => file.IsEscalated(visitorId));

    public IReadOnlyList<Guid> EscalationsDue() => Query(file => file.EscalationsDue(_time.GetUtcNow()));

    public IReadOnlyList<PossibleEscalation> EscalationsPossible() => Query(file => file.EscalationsPossible(
        EscalationPolicy.LeastReporters, JsonNamingPolicy.CamelCase.ConvertName(EscalationPolicy.LeftToPeople.ToString())));

    public AddressBan? AtAddress(string address) =>
        Query(file => file.AtAddress(address, _time.GetUtcNow())) is var (until, isSevere) ? new(until, isSevere) : null;

    public void MarkAddress(Guid sanctionId, string address, AddressBan ban)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _file.MarkAddress(sanctionId, address, ban.Until, ban.IsSevere);
        }
    }

    private void PassedBan(PairingChange.Banned banned)
    {
        _bansNoted.TryRemove(new(banned.Who, banned.VisitorId));
        if (banned.Who == banned.VisitorId.ToString("D"))
        {
            Sanctioned?.Invoke(banned.VisitorId);
        }
    }
}
