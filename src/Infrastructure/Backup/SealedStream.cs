using System.Buffers.Binary;
using System.Security.Cryptography;

namespace RandomChat.Infrastructure.Backup;

/// <summary>
/// A file that only the backup's key opens: <c>RCB1</c>, a random salt, then AES-256-GCM in chunks. The number of each chunk
/// and whether it is the last one stand in its nonce, so that none can be changed, moved, repeated, left out or cut off.
/// </summary>
internal static class SealedFormat
{
    public const int ChunkSize = 64 << 10;
    public const int TagSize = 16;
    public const int SaltSize = 32;

    public static ReadOnlySpan<byte> Magic => "RCB1"u8;

    public static byte[] Nonce(long number, bool isLast)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteInt64BigEndian(nonce, number);
        nonce[^1] = isLast ? (byte)1 : (byte)0;
        return nonce;
    }
}

/// <summary>Encrypts what is written to it. Whole once it is closed; its target stays open.</summary>
internal sealed class SealingStream : OneWayStream
{
    private readonly Stream target;
    private readonly byte[] header;
    private readonly AesGcm cipher;
    private readonly byte[] chunk = new byte[SealedFormat.ChunkSize];
    private int filled;
    private long number;
    private bool isClosed;

    /// <param name="purpose">What the file holds; one for another purpose cannot stand in for it.</param>
    public SealingStream(Stream target, BackupKey key, string purpose)
    {
        this.target = target;
        var salt = RandomNumberGenerator.GetBytes(SealedFormat.SaltSize);
        header = [.. SealedFormat.Magic, .. salt];
        cipher = new(key.Derive(purpose, salt), SealedFormat.TagSize);
        target.Write(header);
    }

    public override bool CanWrite => true;

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            // A full chunk waits for more: the last one has to be known as such.
            if (filled == chunk.Length)
            {
                Seal(isLast: false);
            }

            var some = Math.Min(buffer.Length, chunk.Length - filled);
            buffer[..some].CopyTo(chunk.AsSpan(filled));
            filled += some;
            buffer = buffer[some..];
        }
    }

    /// <summary>Ends the file. A stream that is not finished leaves one that does not open.</summary>
    public void Finish()
    {
        Seal(isLast: true);
        isClosed = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CryptographicOperations.ZeroMemory(chunk);
            cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Seal(bool isLast)
    {
        ObjectDisposedException.ThrowIf(isClosed, this);
        var box = new byte[filled + SealedFormat.TagSize];
        cipher.Encrypt(SealedFormat.Nonce(number++, isLast), chunk.AsSpan(0, filled), box.AsSpan(0, filled), box.AsSpan(filled), header);
        target.Write(box);
        filled = 0;
    }
}

/// <summary>Decrypts what is read from it. What it gives was written so under the same key, up to there.</summary>
internal sealed class OpeningStream : OneWayStream
{
    private readonly Stream source;
    private readonly byte[] header = new byte[SealedFormat.Magic.Length + SealedFormat.SaltSize];
    private readonly AesGcm cipher;
    private byte[] chunk = [];
    private int given;
    private long number;
    private bool isOver;

    /// <param name="source">From its beginning to its end; stays open.</param>
    /// <exception cref="BackupException">It is no such file.</exception>
    public OpeningStream(Stream source, BackupKey key, string purpose)
    {
        this.source = source;
        if (source.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.AsSpan().StartsWith(SealedFormat.Magic))
        {
            throw Changed(null);
        }

        cipher = new(key.Derive(purpose, header[SealedFormat.Magic.Length..]), SealedFormat.TagSize);
    }

    public override bool CanRead => true;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (given == chunk.Length && !isOver)
        {
            Open();
        }

        var some = Math.Min(buffer.Length, chunk.Length - given);
        chunk.AsSpan(given, some).CopyTo(buffer);
        given += some;
        return some;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            CryptographicOperations.ZeroMemory(chunk);
            cipher.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Open()
    {
        var box = new byte[SealedFormat.ChunkSize + SealedFormat.TagSize];
        var length = source.ReadAtLeast(box, box.Length, throwOnEndOfStream: false);
        if (length < SealedFormat.TagSize)
        {
            throw Changed(null);
        }

        isOver = source.Position == source.Length;
        (chunk, given) = (new byte[length - SealedFormat.TagSize], 0);
        try
        {
            cipher.Decrypt(SealedFormat.Nonce(number++, isOver), box.AsSpan(0, chunk.Length), box.AsSpan(chunk.Length, SealedFormat.TagSize), chunk, header);
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw Changed(mismatch);
        }
    }

    private static BackupException Changed(Exception? inner) => new("A sealed file of the backup was changed, or cut off.", inner);
}

/// <summary>What a stream that is read or written once, from its beginning, cannot do.</summary>
internal abstract class OneWayStream : Stream
{
    public override bool CanRead => false;

    public override bool CanWrite => false;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
