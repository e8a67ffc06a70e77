using RandomChat.Domain.Matchmaking;

namespace RandomChat.Infrastructure.Lobby;

/// <summary>
/// Those of one mode who can be paired now, in sets such that any two of one set could meet but for what parts two
/// people (a block, a recent match, one browser). Since everybody who could be paired has been, the members of a set
/// are parted from one another pair by pair, and a search meets only few whom it must pass over, however many wait.
/// <para>
/// A set belongs to a language class (nobody's language, one language, or ANY: gave one and accepts any) and holds
/// either those of one interest or those who no longer insist on one. A ticket without a language looks in none and
/// ANY; a strict one in its own; one that accepts any in its own, none and ANY.
/// </para>
/// </summary>
internal sealed class WaitingRoom(PairingRules rules)
{
    /// <summary>So many fitting candidates of one set are compared; more are met only right after many came at once.</summary>
    private const int Compared = 64;

    /// <summary>
    /// So many may be passed over beyond those whom the seeker's own ticket excludes. Only a browser that waits with
    /// more visitors than this comes near, and then it merely waits until others find it.
    /// </summary>
    private const int PassedOver = 64;

    private static readonly IComparer<Waiter> ByPlace =
        Comparer<Waiter>.Create((x, y) => PairingPolicy.CompareWaiting(x.Ticket, y.Ticket));

    private readonly Dictionary<string, LanguageClass> _languages = new(StringComparer.Ordinal);
    private readonly LanguageClass _noLanguage = new();
    private readonly LanguageClass _anyLanguage = new();
    private readonly SortedSet<Waiter> _lastResort = new(ByPlace);

    internal void Add(Waiter waiter, DateTimeOffset now)
    {
        var request = waiter.Ticket.Request;
        waiter.Filing = PairingPolicy.InsistsOnInterests(waiter.Ticket, now, rules) ? Filing.Insisting : Filing.Open;
        if (request.Language is null)
        {
            _noLanguage.Add(waiter);
        }
        else
        {
            if (!_languages.TryGetValue(request.Language, out var own))
            {
                _languages.Add(request.Language, own = new LanguageClass());
            }

            own.Add(waiter);
            if (request.AcceptAny)
            {
                _anyLanguage.Add(waiter);
            }
        }

        if (HasLastResort(waiter))
        {
            _lastResort.Add(waiter);
        }
    }

    internal void Remove(Waiter waiter)
    {
        if (waiter.Filing == Filing.None)
        {
            return;
        }

        var request = waiter.Ticket.Request;
        if (request.Language is null)
        {
            _noLanguage.Remove(waiter);
        }
        else
        {
            var own = _languages[request.Language];
            own.Remove(waiter);
            if (own.IsEmpty)
            {
                _languages.Remove(request.Language);
            }

            if (request.AcceptAny)
            {
                _anyLanguage.Remove(waiter);
            }
        }

        if (HasLastResort(waiter))
        {
            _lastResort.Remove(waiter);
        }

        waiter.Filing = Filing.None;
    }

    /// <summary>
    /// The one whom the seeker, who is not in the room, meets now; null where there is none. Sets the seeker's
    /// <see cref="Waiter.RetryAt"/> to the first end of a rematch window that parted it from someone.
    /// </summary>
    internal Waiter? Find(Waiter seeker, DateTimeOffset now)
    {
        seeker.RetryAt = null;
        var ticket = seeker.Ticket;
        LanguageClass? own = null;
        if (ticket.Request.Language is { } language)
        {
            _languages.TryGetValue(language, out own);
        }

        var none = ticket.Request.Language is null || ticket.Request.AcceptAny ? _noLanguage : null;
        var any = none is null ? null : _anyLanguage;

        Waiter? best = null;
        var interests = ticket.Request.Interests;
        for (var i = 0; i < interests.Count; i++)
        {
            best = Better(seeker, best, Best(own?.SharingOne(interests[i]), seeker, now));
            best = Better(seeker, best, Best(none?.SharingOne(interests[i]), seeker, now));
            best = Better(seeker, best, Best(any?.SharingOne(interests[i]), seeker, now));
        }

        if (best is null && !PairingPolicy.InsistsOnInterests(ticket, now, rules))
        {
            best = Better(seeker, best, Best(own?.Open, seeker, now));
            best = Better(seeker, best, Best(none?.Open, seeker, now));
            best = Better(seeker, best, Best(any?.Open, seeker, now));
        }

        return best ?? (HasLastResort(seeker) ? Best(_lastResort, seeker, now, again: true) : null);
    }

    /// <summary>Those who were told that nobody is free and accept any: any two fit by language.</summary>
    private static bool HasLastResort(Waiter waiter) => waiter.Ticket.TimedOut && waiter.Ticket.Request.AcceptAny;

    private static Waiter? Better(Waiter seeker, Waiter? a, Waiter? b) =>
        a is null ? b
        : b is null || PairingPolicy.Compare(seeker.Ticket, a.Ticket, b.Ticket) <= 0 ? a
        : b;

    private Waiter? Best(SortedSet<Waiter>? set, Waiter seeker, DateTimeOffset now, bool again = false)
    {
        if (set is null || set.Count == 0)
        {
            return null;
        }

        Waiter? best = null;
        var toCompare = Compared;
        var toPassOver = PassedOver + seeker.Ticket.Excluded.Count + seeker.Ticket.RecentlyMet.Count;
        foreach (var candidate in set)
        {
            var fits = again
                ? PairingPolicy.MayMeetAgain(seeker.Ticket, candidate.Ticket, now, rules)
                : PairingPolicy.MayMeet(seeker.Ticket, candidate.Ticket, now, rules);
            if (fits)
            {
                best = Better(seeker, best, candidate);
                toCompare--;
            }
            else
            {
                var window = again ? rules.ShortestWindow : rules.RematchWindow;
                if (PairingPolicy.PartedUntil(seeker.Ticket, candidate.Ticket, now, window) is { } end
                    && (seeker.RetryAt is null || end < seeker.RetryAt))
                {
                    seeker.RetryAt = end;
                }

                toPassOver--;
            }

            if (toCompare == 0 || toPassOver == 0)
            {
                break;
            }
        }

        return best;
    }

    private sealed class LanguageClass
    {
        private readonly Dictionary<string, SortedSet<Waiter>> _interests = new(StringComparer.Ordinal);

        internal SortedSet<Waiter> Open { get; } = new(ByPlace);

        internal bool IsEmpty => Open.Count == 0 && _interests.Count == 0;

        internal SortedSet<Waiter>? SharingOne(string interest) => _interests.GetValueOrDefault(interest);

        internal void Add(Waiter waiter)
        {
            var interests = waiter.Ticket.Request.Interests;
            for (var i = 0; i < interests.Count; i++)
            {
                if (!_interests.TryGetValue(interests[i], out var set))
                {
                    _interests.Add(interests[i], set = new SortedSet<Waiter>(ByPlace));
                }

                set.Add(waiter);
            }

            if (waiter.Filing == Filing.Open)
            {
                Open.Add(waiter);
            }
        }

        internal void Remove(Waiter waiter)
        {
            var interests = waiter.Ticket.Request.Interests;
            for (var i = 0; i < interests.Count; i++)
            {
                if (_interests.TryGetValue(interests[i], out var set) && set.Remove(waiter) && set.Count == 0)
                {
                    _interests.Remove(interests[i]);
                }
            }

            if (waiter.Filing == Filing.Open)
            {
                Open.Remove(waiter);
            }
        }
    }
}
