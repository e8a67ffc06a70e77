using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>A key in memory.</summary>
internal sealed class HeldKey(string id, byte[] bytes, DateTimeOffset destroyAfter)
{
    private long destroyAfterTicks = destroyAfter.UtcTicks;

    public string Id { get; } = id;

    public DateTimeOffset DestroyAfter => new(Interlocked.Read(ref destroyAfterTicks), TimeSpan.Zero);

    public bool IsDue(DateTimeOffset now) => Interlocked.Read(ref destroyAfterTicks) <= now.UtcTicks;

    public void KeepUntil(DateTimeOffset time)
    {
        var known = Interlocked.Read(ref destroyAfterTicks);
        while (known < time.UtcTicks && Interlocked.CompareExchange(ref destroyAfterTicks, time.UtcTicks, known) is var now && now != known)
        {
            known = now;
        }
    }

    public string Seal(ReadOnlySpan<byte> context, string text)
    {
        using var cipher = new AesGcm(bytes, AesBox.TagSize);
        return SealedText.Seal(cipher, Id, context, text);
    }

    public string Open(SealedText text, ReadOnlySpan<byte> context)
    {
        using var cipher = new AesGcm(bytes, AesBox.TagSize);
        return text.Open(cipher, context);
    }

    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, bytes.Length, info: Encoding.UTF8.GetBytes(purpose));
}

/// <summary>The key of one match in one period. Its cipher is kept, since making one costs more than sealing a message.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Who still seals with it when the cache lets it go must not fail; its handle is finalized.")]
internal sealed class MatchKey(HeldKey period, Guid matchId)
{
    private readonly AesGcm cipher = new(period.Derive($"message:{matchId:D}"), AesBox.TagSize);
    private readonly Lock gate = new();

    public HeldKey Period { get; } = period;

    public string Seal(ReadOnlySpan<byte> context, string text)
    {
        lock (gate)
        {
            return SealedText.Seal(cipher, Period.Id, context, text);
        }
    }

    public string Open(SealedText text, ReadOnlySpan<byte> context)
    {
        lock (gate)
        {
            return text.Open(cipher, context);
        }
    }
}
