using System.Buffers.Binary;

namespace RandomChat.Load.Speed;

/// <summary>A frame of the WebSocket protocol (RFC 6455) as far as the hub and this program use it: at most 64 KiB.</summary>
internal static class WebSocketFrame
{
    public const byte Continuation = 0x0;
    public const byte Text = 0x1;
    public const byte Close = 0x8;
    public const byte Ping = 0x9;
    public const byte Pong = 0xa;

    /// <summary>The bytes of the longest head that is written here.</summary>
    public const int LongestHead = 8;

    private const byte Last = 0x80;

    /// <param name="code">What kind of frame it is.</param>
    /// <returns>The bytes of the frame with its head; 0 where it is not there in full.</returns>
    public static int Read(ReadOnlySpan<byte> arrived, out int code, out ReadOnlySpan<byte> payload)
    {
        code = 0;
        payload = [];
        if (arrived.Length < 2)
        {
            return 0;
        }

        var (head, length) = (2, arrived[1] & 0x7f);
        if (length == 126)
        {
            if (arrived.Length < 4)
            {
                return 0;
            }

            (head, length) = (4, BinaryPrimitives.ReadUInt16BigEndian(arrived[2..]));
        }
        else if (length == 127)
        {
            throw new InvalidOperationException("No frame of the hub is longer than 64 KiB.");
        }

        if (arrived.Length < head + length)
        {
            return 0;
        }

        code = arrived[0] & 0x0f;
        payload = arrived.Slice(head, length);
        return head + length;
    }

    /// <summary>A client has to mask what it sends; by zeros it stays as it is.</summary>
    /// <returns>The bytes of the head.</returns>
    public static int WriteHead(Span<byte> frame, byte code, int length)
    {
        frame.Clear();
        frame[0] = (byte)(Last | code);
        if (length < 126)
        {
            frame[1] = (byte)(0x80 | length);
            return 6;
        }

        frame[1] = 0x80 | 126;
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..], (ushort)length);
        return 8;
    }
}
