namespace RandomChat.Application.Moderation;

/// <summary>
/// Answers, without reading the log, whose bans have to be looked at. It follows the log and can be thrown away; a ban's
/// own stream has the last word, see <see cref="BanGate"/>.
/// </summary>
public interface IBanIndex
{
    /// <summary>The visitors whose bans may keep this visitor or this browser out; hardly ever any.</summary>
    /// <param name="deviceMark">See <see cref="IDeviceMarks"/>; null where the browser is not known.</param>
    IReadOnlyList<Guid> BannedAmong(Guid? visitorId, string? deviceMark);

    /// <summary>Makes a ban count at once, before the index has read its event.</summary>
    void NoteBanned(Guid visitorId, IReadOnlyList<string> deviceMarks);

    /// <summary>What holds for unknown browsers from an address; null where nothing does.</summary>
    /// <param name="address">A public address in its keyed form, never in clear.</param>
    AddressBan? AtAddress(string address);

    /// <summary>
    /// Remembers an address of somebody who was banned. This is in no event, since it may be kept for a day only; it is
    /// lost with the index.
    /// </summary>
    void MarkAddress(string address, AddressBan ban);

    /// <summary>Says who was banned, after the index has read it; also of those who were banned on other nodes.</summary>
    event Action<Guid>? Banned;
}

/// <param name="IsSevere">Whether unknown browsers are refused; else they work harder for a session.</param>
public sealed record AddressBan(DateTimeOffset Until, bool IsSevere);

/// <summary>Keyed hashes of browsers' ids: they outlive an erasure and tell nobody whose browser it was.</summary>
public interface IDeviceMarks
{
    string Of(Guid deviceId);
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
    /// <summary>Tells them, closes their connections, and remembers their addresses. Never waits and never fails.</summary>
    void Expel(Expulsion expulsion);
}

/// <param name="Told">What they are told last.</param>
/// <param name="AddressUntil">Until when their addresses are remembered.</param>
/// <param name="IsSevere">See <see cref="AddressBan"/>.</param>
public sealed record Expulsion(Guid VisitorId, Realtime.Banned Told, DateTimeOffset AddressUntil, bool IsSevere);
