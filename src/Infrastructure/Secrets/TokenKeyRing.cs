using Microsoft.AspNetCore.DataProtection.Internal;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RandomChat.Infrastructure.Secrets;

/// <summary>
/// The framework's own keeper of keys, which reads them once a day: keys that somebody else made or revoked count as soon as
/// <see cref="Refresh"/> is called. Tokens of older keys are read for as long as these are not revoked.
/// </summary>
public sealed class TokenKeyRing(IOptions<KeyManagementOptions> options, IActivator activator, ILoggerFactory logs, TimeProvider clock) : IKeyManager, IDisposable
{
    private readonly XmlKeyManager inner = new(options, activator, logs);
    private CancellationTokenSource expiry = new();
    private readonly Lock gate = new();
    private (int Elements, int Active)? known;

    /// <summary>Has keys that were made, began or were revoked since the last call taken up, by the framework in a moment and beside whoever asks.</summary>
    /// <returns>Whether there were any.</returns>
    /// <exception cref="Application.Events.DependencyUnavailableException">They cannot be read now; what is known stays.</exception>
    public bool Refresh()
    {
        var seen = Look();
        lock (gate)
        {
            if (known is null || known == seen)
            {
                return false;
            }

            known = seen;
        }

        // Whoever waits on the former one reads again; it stays cancelled, so that nobody who asks late misses it.
        Interlocked.Exchange(ref expiry, new()).Cancel();
        return true;
    }

    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate) => inner.CreateNewKey(activationDate, expirationDate);

    public IReadOnlyCollection<IKey> GetAllKeys() => inner.GetAllKeys();

    /// <summary>Asked right before keys are read: what is there from then on is known.</summary>
    public CancellationToken GetCacheExpirationToken()
    {
        var token = CancellationTokenSource.CreateLinkedTokenSource(Volatile.Read(ref expiry).Token, inner.GetCacheExpirationToken()).Token;
        var seen = Look();
        lock (gate)
        {
            known = seen;
        }

        return token;
    }

    public void RevokeKey(Guid keyId, string? reason = null) => inner.RevokeKey(keyId, reason);

    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) => inner.RevokeAllKeys(revocationDate, reason);

    public void Dispose() => expiry.Dispose();

    private (int Elements, int Active) Look()
    {
        var now = clock.GetUtcNow();
        return (options.Value.XmlRepository!.GetAllElements().Count, inner.GetAllKeys().Count(key => key.ActivationDate <= now));
    }
}
