namespace RandomChat.Application.Matchmaking;

/// <summary>
/// Answers, without reading the log, which matches are open and who must not meet whom. It follows the log by a
/// checkpoint of its own and can be thrown away: it fills itself again.
/// </summary>
public interface IPairingIndex
{
    /// <summary>Reads on from the checkpoint until there is nothing newer; to be awaited at start.</summary>
    Task CatchUp(CancellationToken ct);

    /// <summary>Matches that started and have not ended, oldest first.</summary>
    ValueTask<IReadOnlyList<Guid>> OpenMatches(CancellationToken ct);

    /// <summary>Visitor and device ids that this visitor or this device blocked, or was blocked by.</summary>
    ValueTask<IReadOnlySet<Guid>> ExcludedFor(Guid visitorId, Guid deviceId, CancellationToken ct);

    /// <summary>Visitor and device ids met in a match that ended at or after <paramref name="since"/>, with the last such end.</summary>
    ValueTask<IReadOnlyDictionary<Guid, DateTimeOffset>> MetBy(Guid visitorId, Guid deviceId, DateTimeOffset since, CancellationToken ct);

    /// <summary>Makes a block count at once, before the index has read its event.</summary>
    void NoteBlocked(Guid visitorId, Guid deviceId, Guid blockedVisitorId, Guid blockedDeviceId);

    /// <summary>Makes the end of a match count at once, before the index has read its event.</summary>
    void NoteMet(Guid visitorId, Guid deviceId, Guid otherVisitorId, Guid otherDeviceId, DateTimeOffset endedAt);
}
