namespace RandomChat.Application.Sealing;

/// <summary>
/// Seals what people write before it reaches a log or a disk, under keys that can be destroyed. A sealed text is
/// ASCII, <c>rc1:{keyId}:{base64 of nonce, ciphertext, tag}</c>, and opens only in the context it was sealed for.
/// </summary>
public interface ISealer
{
    /// <summary>Seals a message under a key of its match and hour. Never waits: hour keys are held in memory ahead of time.</summary>
    /// <exception cref="Events.DependencyUnavailableException">No key is held for this hour.</exception>
    string SealMessage(Guid matchId, Guid messageId, DateTimeOffset at, string body);

    /// <summary>The body, or null where the key has been destroyed.</summary>
    ValueTask<string?> OpenMessage(Guid matchId, Guid messageId, string sealedBody, CancellationToken ct);

    /// <summary>Makes the visitor's key where there is none, durably, and keeps it at least until <paramref name="keepUntil"/>.</summary>
    ValueTask EnsureVisitorKey(Guid visitorId, DateTimeOffset keepUntil, CancellationToken ct);

    /// <exception cref="Events.DependencyUnavailableException">The key store does not answer and the key is not held.</exception>
    /// <exception cref="KeyDestroyedException">The visitor was forgotten.</exception>
    ValueTask<string> SealForVisitor(Guid visitorId, string text, CancellationToken ct);

    /// <summary>The text, or null where the key has been destroyed.</summary>
    ValueTask<string?> OpenForVisitor(Guid visitorId, string sealedText, CancellationToken ct);

    /// <summary>Destroys all that a visitor wrote outside of matches and reports, at once and for good.</summary>
    /// <returns>Whether no byte of the key is left in the store's files; else the next run of the retention clears them.</returns>
    ValueTask<bool> ForgetVisitor(Guid visitorId, CancellationToken ct);

    /// <summary>The id of a case key that is stored already and in no use yet; it is not handed out again.</summary>
    /// <exception cref="Events.DependencyUnavailableException">The pool is empty and cannot be filled.</exception>
    ValueTask<string> TakeCaseKey(CancellationToken ct);

    /// <summary>Under which case key a text is sealed.</summary>
    string CaseKeyOf(string sealedText);

    /// <summary>Lets case keys live longer, never shorter, all in one write; <see cref="KeyLife.NoEnd"/>: until they are shortened.</summary>
    /// <returns>Those that are destroyed.</returns>
    /// <exception cref="Events.DependencyUnavailableException">It is not done.</exception>
    ValueTask<IReadOnlyList<string>> KeepCaseKeys(IReadOnlyList<KeyLife> lives, CancellationToken ct);

    /// <summary>Lets case keys live shorter, never longer, all in one write; no longer than until now where the moment has passed.</summary>
    /// <exception cref="Events.DependencyUnavailableException">It is not done.</exception>
    ValueTask ShortenCaseKeys(IReadOnlyList<KeyLife> lives, CancellationToken ct);

    ValueTask<string> SealForCase(string caseKey, Guid reportId, string text, CancellationToken ct);

    /// <summary>The text, or null where the key has been destroyed.</summary>
    ValueTask<string?> OpenForCase(Guid reportId, string sealedText, CancellationToken ct);
}

/// <summary>The key that this would need is destroyed for good.</summary>
public sealed class KeyDestroyedException(string keyId) : Exception($"The key {keyId} has been destroyed.");
