namespace RandomChat.Domain.Matchmaking;

/// <summary>The settings of pairing. Times are durations.</summary>
/// <param name="InterestPatience">Who gave interests meets only someone who shares one for this long.</param>
/// <param name="RematchWindow">The same two do not meet again within this; zero switches it off.</param>
/// <param name="RematchFloor">After a timeout two who accept any may meet again sooner, but never within this.</param>
public sealed record PairingRules(TimeSpan InterestPatience, TimeSpan RematchWindow, TimeSpan RematchFloor)
{
    public static PairingRules Default { get; } =
        new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(5));

    /// <summary>What is left of the rematch window for the last resort; a floor above the window adds nothing to it.</summary>
    public TimeSpan ShortestWindow => RematchFloor < RematchWindow ? RematchFloor : RematchWindow;
}

/// <summary>Who may be paired and who comes first. Pure and symmetric: <c>MayMeet(a, b) == MayMeet(b, a)</c>.</summary>
public static class PairingPolicy
{
    /// <summary>Whether two waiting visitors may be paired at <paramref name="now"/>.</summary>
    public static bool MayMeet(Ticket a, Ticket b, DateTimeOffset now, PairingRules rules) =>
        Fits(a, b, now, rules) && !MetWithin(a, b, now, rules.RematchWindow);

    /// <summary>
    /// The last resort: both were told that nobody is free and both accept any, so they may meet again inside the
    /// rematch window, though not at once.
    /// </summary>
    public static bool MayMeetAgain(Ticket a, Ticket b, DateTimeOffset now, PairingRules rules) =>
        a.TimedOut && b.TimedOut && a.Request.AcceptAny && b.Request.AcceptAny
        && Fits(a, b, now, rules)
        && !MetWithin(a, b, now, rules.ShortestWindow);

    /// <summary>Whether languages fit: equal, or each one that was given is given by someone who accepts any.</summary>
    public static bool LanguagesFit(MatchRequest a, MatchRequest b) =>
        a.Language == b.Language
        || ((a.Language is null || a.AcceptAny) && (b.Language is null || b.AcceptAny));

    /// <summary>Whether a ticket meets only people who share an interest at <paramref name="now"/>.</summary>
    public static bool InsistsOnInterests(Ticket ticket, DateTimeOffset now, PairingRules rules) =>
        ticket.Request.Interests.Count > 0 && now - ticket.AskedAt < rules.InterestPatience;

    public static int SharedInterests(MatchRequest a, MatchRequest b)
    {
        var shared = 0;
        foreach (var interest in a.Interests)
        {
            if (b.Interests.Contains(interest))
            {
                shared++;
            }
        }

        return shared;
    }

    /// <summary>
    /// Orders candidates for <paramref name="seeker"/>; the first is met. More shared interests come first, then those
    /// who do not skip often, then the longest wait.
    /// </summary>
    public static int Compare(Ticket seeker, Ticket x, Ticket y)
    {
        var shared = SharedInterests(seeker.Request, y.Request).CompareTo(SharedInterests(seeker.Request, x.Request));
        if (shared != 0)
        {
            return shared;
        }

        return CompareWaiting(x, y);
    }

    /// <summary>The order of a queue: frequent skippers last, then the longest wait first, then the id (a total order).</summary>
    public static int CompareWaiting(Ticket x, Ticket y)
    {
        var skipping = x.FrequentSkipper.CompareTo(y.FrequentSkipper);
        if (skipping != 0)
        {
            return skipping;
        }

        var asked = x.AskedAt.CompareTo(y.AskedAt);
        return asked != 0 ? asked : x.TicketId.CompareTo(y.TicketId);
    }

    /// <summary>The moment from which the rematch window no longer parts the two, or null if it does not now.</summary>
    public static DateTimeOffset? PartedUntil(Ticket a, Ticket b, DateTimeOffset now, TimeSpan window)
    {
        var last = Max(LastMet(a, b), LastMet(b, a));
        return last is { } met && window > TimeSpan.Zero && now - met < window ? met + window : null;
    }

    private static bool Fits(Ticket a, Ticket b, DateTimeOffset now, PairingRules rules) =>
        a.Request.Mode == b.Request.Mode
        && a.VisitorId != b.VisitorId
        && a.DeviceId != b.DeviceId
        && !Excludes(a, b) && !Excludes(b, a)
        && LanguagesFit(a.Request, b.Request)
        && ((!InsistsOnInterests(a, now, rules) && !InsistsOnInterests(b, now, rules))
            || SharedInterests(a.Request, b.Request) > 0);

    private static bool Excludes(Ticket a, Ticket b) => a.Excluded.Contains(b.VisitorId) || a.Excluded.Contains(b.DeviceId);

    private static bool MetWithin(Ticket a, Ticket b, DateTimeOffset now, TimeSpan window) =>
        PartedUntil(a, b, now, window) is not null;

    private static DateTimeOffset? LastMet(Ticket a, Ticket b) => Max(
        a.RecentlyMet.TryGetValue(b.VisitorId, out var visitor) ? visitor : null,
        a.RecentlyMet.TryGetValue(b.DeviceId, out var device) ? device : null);

    private static DateTimeOffset? Max(DateTimeOffset? a, DateTimeOffset? b) => a is null ? b : b is null || a > b ? a : b;
}
