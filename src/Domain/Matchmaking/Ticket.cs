namespace RandomChat.Domain.Matchmaking;

public enum ChatMode
{
    Text,
    Video,
}

/// <summary>Why a wait ended without a match.</summary>
public enum TicketEndReason
{
    /// <summary>The visitor stopped waiting.</summary>
    Left,

    /// <summary>The connection went away and did not come back within the grace.</summary>
    Disconnected,

    /// <summary>The server stopped while the visitor waited.</summary>
    Server,
}

/// <summary>What a visitor asks for when joining.</summary>
/// <param name="Language">A BCP 47 tag in lower case, or null: not given.</param>
/// <param name="Interests">Normalised by <see cref="InterestPolicy"/>, without repeats.</param>
/// <param name="AcceptAny">Meets people of another language too.</param>
public sealed record MatchRequest(ChatMode Mode, string? Language, IReadOnlyList<string> Interests, bool AcceptAny)
{
    /// <summary>Requests are values: what they list counts, not which list it is.</summary>
    public bool Equals(MatchRequest? other) =>
        other is not null
        && (Mode, Language, AcceptAny) == (other.Mode, other.Language, other.AcceptAny)
        && Interests.SequenceEqual(other.Interests);

    public override int GetHashCode() => HashCode.Combine(Mode, Language, AcceptAny, Interests.Count);
}

/// <summary>One wait of one visitor, as the lobby and the pairing policy see it. Lives in memory only.</summary>
/// <param name="Excluded">Visitor and device ids that never meet this one, either way.</param>
/// <param name="RecentlyMet">Visitor and device ids met within the rematch window, with the moment of that match's end.</param>
/// <param name="FrequentSkipper">Comes after others.</param>
/// <param name="TimedOut">Whether <c>match_timeout</c> has been said for this ticket.</param>
/// <param name="Connection">The connection that asked and will hold a call; null where it was no connection.</param>
public sealed record Ticket(
    Guid TicketId,
    Guid VisitorId,
    Guid DeviceId,
    MatchRequest Request,
    DateTimeOffset AskedAt,
    IReadOnlySet<Guid> Excluded,
    IReadOnlyDictionary<Guid, DateTimeOffset> RecentlyMet,
    bool FrequentSkipper,
    bool TimedOut,
    string? Connection = null)
{
    /// <summary>Tickets are values: one that was stored and read again is the same one.</summary>
    public bool Equals(Ticket? other) =>
        other is not null
        && (TicketId, VisitorId, DeviceId, AskedAt, FrequentSkipper, TimedOut, Connection)
            == (other.TicketId, other.VisitorId, other.DeviceId, other.AskedAt, other.FrequentSkipper, other.TimedOut, other.Connection)
        && Request == other.Request
        && Excluded.SetEquals(other.Excluded)
        && RecentlyMet.Count == other.RecentlyMet.Count
        && RecentlyMet.All(met => other.RecentlyMet.TryGetValue(met.Key, out var at) && at == met.Value);

    public override int GetHashCode() => HashCode.Combine(TicketId, VisitorId, TimedOut);
}

/// <summary>A ticket as it is stored in events. Part of the storage format.</summary>
/// <param name="Language">Language, script and region of the tag, see <see cref="InterestPolicy.RecordedLanguage"/>; null: not given.</param>
/// <param name="Wishes">Sealed under the visitor's key: interests, and a language tag of which more was given; null where there is neither.</param>
/// <param name="WaitedMilliseconds">From asking to the match or the end.</param>
public sealed record TicketRecord(
    Guid TicketId, Guid VisitorId, Guid DeviceId, ChatMode Mode, string? Language, string? Wishes, int InterestCount,
    bool AcceptAny, bool FrequentSkipper, DateTimeOffset AskedAt, long WaitedMilliseconds);
