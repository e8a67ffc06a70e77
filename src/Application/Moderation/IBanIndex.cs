namespace RandomChat.Application.Moderation;

/// <summary>
/// Answers, without reading the log, whose bans have to be looked at. It follows the log and can be thrown away; a ban's
/// own stream has the last word, see <see cref="BanGate"/>.
/// </summary>
public interface IBanIndex
{
    /// <summary>The visitors whose bans may keep this visitor or this browser out; hardly ever any.</summary>
    /// <param name="deviceMarks">See <see cref="IDeviceMarks.AllOf"/>; none where the browser is not known.</param>
    IReadOnlyList<Guid> BannedAmong(Guid? visitorId, IReadOnlyList<string> deviceMarks);

    /// <summary>Makes a ban count at once, before the index has read its event.</summary>
    void NoteBanned(Guid visitorId, IReadOnlyList<string> deviceMarks);

    /// <summary>What holds for unknown browsers from an address; null where nothing does.</summary>
    /// <param name="address">A public address in its keyed form, never in clear.</param>
    AddressBan? AtAddress(string address);

    /// <summary>
    /// Remembers an address of somebody who was banned, until then or until that ban is taken back. This is in no event,
    /// since it may be kept for a day only; it is lost with the index.
    /// </summary>
    void MarkAddress(Guid sanctionId, string address, AddressBan ban);

    /// <summary>Whether a warning of the visitor's was not shown yet.</summary>
    bool HasUntoldWarning(Guid visitorId);

    /// <summary>Whether a sanction is to come for the visitor by itself; see <see cref="Escalation"/>.</summary>
    bool IsEscalated(Guid visitorId);

    /// <summary>The visitors whose sanctions to come are due.</summary>
    IReadOnlyList<Guid> EscalationsDue();

    /// <summary>
    /// The visitors whom enough browsers reported for the same reason, other than <see cref="Domain.Moderation.EscalationPolicy.LeftToPeople"/>,
    /// without anybody having decided and without a sanction to come already; whether their reports count enough is not asked here.
    /// </summary>
    IReadOnlyList<PossibleEscalation> EscalationsPossible();

    /// <summary>Says who was warned or banned, after the index has read it; also of those for whom that happened on other nodes.</summary>
    event Action<Guid>? Sanctioned;
}

/// <summary>Somebody whose open reports may be enough for a sanction without anybody looking.</summary>
/// <param name="Reports">The same as long as the same reports are open, in the index of one node.</param>
public sealed record PossibleEscalation(Guid VisitorId, string Reports);

/// <param name="IsSevere">Whether unknown browsers are refused; else they work harder for a session.</param>
public sealed record AddressBan(DateTimeOffset Until, bool IsSevere);

/// <summary>Keyed hashes of browsers' ids: they outlive an erasure and tell nobody whose browser it was.</summary>
public interface IDeviceMarks
{
    /// <summary>The mark that whatever is recorded from now on has.</summary>
    string Of(Guid deviceId);

    /// <summary>Every mark that may have been recorded for it: what they are keyed by is rotated.</summary>
    IReadOnlyList<string> AllOf(Guid deviceId);
}

/// <summary>Unguessable links with which a decision can be seen and appealed without a session, and nothing else done.</summary>
public interface IAppealLinks
{
    /// <summary>A path on this site.</summary>
    string UrlFor(Guid visitorId, Guid sanctionId);

    /// <summary>What a link's token is for, or null where it is not ours.</summary>
    (Guid VisitorId, Guid SanctionId)? Read(string? token);
}

/// <summary>Puts banned visitors out, whichever node they are connected to.</summary>
public interface IExpulsions
{
    /// <summary>Tells them, closes their connections, and then remembers their addresses. Never waits.</summary>
    void Expel(Expulsion expulsion);
}

/// <param name="SanctionId">Of the ban.</param>
/// <param name="Told">What they are told last.</param>
/// <param name="AddressUntil">Until when their addresses are remembered.</param>
/// <param name="IsSevere">See <see cref="AddressBan"/>.</param>
public sealed record Expulsion(Guid VisitorId, Guid SanctionId, Realtime.Banned Told, DateTimeOffset AddressUntil, bool IsSevere);
