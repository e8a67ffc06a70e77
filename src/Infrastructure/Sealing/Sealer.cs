using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>Seals with AES-256-GCM under keys that <see cref="IKeyStore"/> holds wrapped by <see cref="IMasterKeys"/>.</summary>
public sealed class Sealer : ISealer, IDisposable
{
    private static readonly TimeSpan LongestSlack = TimeSpan.FromDays(1);
    private readonly KeyVault vault;
    private readonly PeriodKeys periods;
    private readonly CaseKeys cases;
    private readonly TimeProvider time;

    /// <summary>Over a ring of master keys in a file.</summary>
    /// <param name="masterKeyFile">Made where it is absent and no key is stored yet.</param>
    public Sealer(IKeyStore store, SealingOptions options, string masterKeyFile, TimeProvider time)
        : this(store, options, new LocalMasterKeys(MasterKeySource.OfFile(masterKeyFile)), time)
    {
    }

    public Sealer(IKeyStore store, SealingOptions options, IMasterKeys masters, TimeProvider time)
    {
        this.time = time;
        vault = new KeyVault(store, masters, time);
        periods = new PeriodKeys(vault, options, time);
        cases = new CaseKeys(vault, options, time);
    }

    /// <summary>The store's name in answers and in readiness.</summary>
    public string StoreName => vault.StoreName;

    /// <summary>The master keys, proved by <see cref="EnsureReady"/>.</summary>
    /// <exception cref="InvalidOperationException">That has not been called.</exception>
    internal IMasterKeys Masters => vault.Proved ?? throw new InvalidOperationException("The master keys have not been proved yet.");

    /// <summary>Up to when messages can be sealed without the key store; null where not even now. For readiness.</summary>
    public DateTimeOffset? HeldUntil => periods.HeldUntil;

    /// <summary>Proves the master keys and holds the keys ahead. Called before requests are served, and again by the retention job.</summary>
    /// <exception cref="SealingException">The master keys are lost or wrong, or the key store is damaged.</exception>
    /// <exception cref="DependencyUnavailableException">The key store does not answer.</exception>
    public async ValueTask EnsureReady(CancellationToken ct)
    {
        await vault.Prove(ct);
        await periods.MakeAhead(ct);
        await cases.Upkeep(ct);
    }

    /// <summary>Whether the master keys open what is stored. For readiness.</summary>
    /// <inheritdoc cref="EnsureReady"/>
    public async ValueTask ProveMasters(CancellationToken ct)
    {
        try
        {
            await vault.Prove(ct);
        }
        catch (DependencyUnavailableException away) when (away.Dependency == vault.StoreName)
        {
            // The store of keys is named by itself.
        }
    }

    /// <summary>Drops due keys from memory at once, and destroys them in the store.</summary>
    public async ValueTask<Destruction> DestroyDue(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        vault.Purge(now);
        periods.Purge(now);
        return await vault.DestroyDue(ct);
    }

    /// <summary>Destroys all that a visitor wrote outside of matches, at once and for good.</summary>
    public ValueTask<Destruction> DestroyVisitorKey(Guid visitorId, CancellationToken ct) => vault.Destroy([KeyId.Visitor(visitorId)], ct);

    public async ValueTask<bool> ForgetVisitor(Guid visitorId, CancellationToken ct) => (await DestroyVisitorKey(visitorId, ct)).Gone;

    public string SealMessage(Guid matchId, Guid messageId, DateTimeOffset at, string body)
    {
        Span<byte> context = stackalloc byte[32];
        MessageContext(matchId, messageId, context);
        return periods.Current(matchId, at).Seal(context, body);
    }

    public async ValueTask<string?> OpenMessage(Guid matchId, Guid messageId, string sealedBody, CancellationToken ct)
    {
        var text = SealedText.Parse(sealedBody);
        if (await periods.Find(text.KeyId, matchId, ct) is not { } key)
        {
            return null;
        }

        var context = new byte[32];
        MessageContext(matchId, messageId, context);
        return key.Open(text, context);
    }

    public async ValueTask EnsureVisitorKey(Guid visitorId, DateTimeOffset keepUntil, CancellationToken ct)
    {
        var id = KeyId.Visitor(visitorId);
        var left = keepUntil - time.GetUtcNow();

        // Kept a little longer than asked for, so that a visitor who comes back every minute is written once a day.
        var until = keepUntil + TimeSpan.FromTicks(Math.Clamp(left.Ticks / 30, 0, LongestSlack.Ticks));
        var key = await vault.Find(id, ct) ?? (await vault.Make(KeyKind.Visitor, [new KeyLife(id, until)], ct))[0];
        try
        {
            while (key.DestroyAfter < keepUntil && !await vault.Keep(key, until, ct))
            {
                // Destroyed in between.
                key = (await vault.Make(KeyKind.Visitor, [new KeyLife(id, until)], ct))[0];
            }
        }
        catch (DependencyUnavailableException) when (key.DestroyAfter - time.GetUtcNow() > left / 2)
        {
            // The key is held and far from its end: the visitor is served, and the next visit tries again.
        }
    }

    public async ValueTask<string> SealForVisitor(Guid visitorId, string text, CancellationToken ct) =>
        (await Existing(KeyId.Visitor(visitorId), ct)).Seal(visitorId.ToByteArray(bigEndian: true), text);

    public async ValueTask<string?> OpenForVisitor(Guid visitorId, string sealedText, CancellationToken ct)
    {
        var text = SealedText.Parse(sealedText);
        if (text.KeyId != KeyId.Visitor(visitorId))
        {
            throw SealedText.OtherContext();
        }

        return (await vault.Find(text.KeyId, ct))?.Open(text, visitorId.ToByteArray(bigEndian: true));
    }

    public async ValueTask<string> TakeCaseKey(CancellationToken ct) => (await cases.Take(ct)).Id;

    public string CaseKeyOf(string sealedText) => SealedText.Parse(sealedText) is { KeyId: var key } && KeyId.IsCase(key) ? key : throw SealedText.OtherContext();

    public ValueTask<IReadOnlyList<string>> KeepCaseKeys(IReadOnlyList<KeyLife> lives, CancellationToken ct) => lives.All(life => KeyId.IsCase(life.Id))
        ? cases.Keep(lives, ct)
        : throw new ArgumentException("One of these is not the id of a case key.", nameof(lives));

    public ValueTask ShortenCaseKeys(IReadOnlyList<KeyLife> lives, CancellationToken ct) => lives.All(life => KeyId.IsCase(life.Id))
        ? cases.Shorten(lives, ct)
        : throw new ArgumentException("One of these is not the id of a case key.", nameof(lives));

    public async ValueTask<string> SealForCase(string caseKey, Guid reportId, string text, CancellationToken ct) => KeyId.IsCase(caseKey)
        ? (await Existing(caseKey, ct)).Seal(reportId.ToByteArray(bigEndian: true), text)
        : throw new ArgumentException("This is not the id of a case key.", nameof(caseKey));

    public async ValueTask<string?> OpenForCase(Guid reportId, string sealedText, CancellationToken ct)
    {
        var text = SealedText.Parse(sealedText);
        if (!KeyId.IsCase(text.KeyId))
        {
            throw SealedText.OtherContext();
        }

        return (await vault.Find(text.KeyId, ct))?.Open(text, reportId.ToByteArray(bigEndian: true));
    }

    public void Dispose() => cases.Dispose();

    private async ValueTask<HeldKey> Existing(string keyId, CancellationToken ct) => await vault.Find(keyId, ct) ?? throw new KeyDestroyedException(keyId);

    private static void MessageContext(Guid matchId, Guid messageId, Span<byte> context)
    {
        messageId.TryWriteBytes(context, bigEndian: true, out _);
        matchId.TryWriteBytes(context[16..], bigEndian: true, out _);
    }
}
