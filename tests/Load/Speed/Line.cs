using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RandomChat.Load.Speed;

/// <summary>
/// One person's connection to the hub, down to the bytes: upgrade, WebSocket frames and the hub's JSON protocol. Nothing is
/// parsed that is not needed, and nothing allocated for a message that arrives whole.
/// </summary>
internal sealed class Line : IDisposable
{
    /// <summary>What ends every message of the hub's protocol.</summary>
    private const byte End = 0x1e;

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ILineEvents events;
    private readonly byte[] request;
    private byte[] unread = [];
    private byte[] begun = [];
    private bool isUpgraded;
    private bool isOpen;

    /// <param name="token">Whose connection it is; null where the server asks nobody.</param>
    public Line(Uri address, string? token, ILineEvents events)
    {
        this.events = events;
        socket.Connect(IPAddress.Loopback, address.Port);
        socket.Blocking = false;
        request = RequestOf(address, token);
        Write(request);
    }

    /// <summary>What asks for the connection.</summary>
    public ReadOnlySpan<byte> Request => request;

    /// <summary>Where it stands among the lines of its <see cref="Driver"/>.</summary>
    public int Number { get; private set; }

    public bool IsGone { get; private set; }

    public void Enlist(Epoll epoll, int number)
    {
        Number = number;
        epoll.Watch(socket, number);
    }

    /// <summary>Sends one message of the hub's protocol; its end is added here.</summary>
    public void Send(ReadOnlySpan<byte> message)
    {
        Span<byte> frame = stackalloc byte[WebSocketFrame.LongestHead + message.Length + 1];
        var head = WebSocketFrame.WriteHead(frame, WebSocketFrame.Text, message.Length + 1);
        message.CopyTo(frame[head..]);
        frame[head + message.Length] = End;
        Write(frame[..(head + message.Length + 1)]);
    }

    /// <summary>Takes what has arrived, as far as the buffer goes.</summary>
    /// <param name="buffer">Of the driver, for the time of this call: a quiet line has none of its own.</param>
    public void Receive(byte[] buffer)
    {
        unread.CopyTo(buffer, 0);
        var count = socket.Receive(buffer.AsSpan(unread.Length), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        if (count == 0 || error != SocketError.Success)
        {
            Leave();
            return;
        }

        var arrived = buffer.AsSpan(0, unread.Length + count);
        var rest = arrived[(isUpgraded ? Frames(arrived) : Upgrade(arrived))..];
        unread = rest.IsEmpty ? [] : rest.ToArray();
    }

    public void Dispose() => socket.Dispose();

    private static byte[] RequestOf(Uri address, string? token)
    {
        var authorization = token is null ? "" : $"Authorization: Bearer {token}\r\n";
        return Encoding.ASCII.GetBytes(
            $"GET /hubs/chat HTTP/1.1\r\nHost: {address.Authority}\r\n{authorization}Connection: Upgrade\r\nUpgrade: websocket\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    }

    private void Leave()
    {
        IsGone = true;
        socket.Dispose();
        events.Gone(this);
    }

    /// <returns>How many bytes were understood.</returns>
    private int Upgrade(ReadOnlySpan<byte> arrived)
    {
        var end = arrived.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return 0;
        }

        if (!arrived.StartsWith("HTTP/1.1 101"u8))
        {
            throw new InvalidOperationException($"No WebSocket: {Encoding.UTF8.GetString(arrived)}");
        }

        isUpgraded = true;
        Send("""{"protocol":"json","version":1}"""u8);
        return end + 4 + Frames(arrived[(end + 4)..]);
    }

    private int Frames(ReadOnlySpan<byte> arrived)
    {
        var taken = 0;
        while (WebSocketFrame.Read(arrived[taken..], out var code, out var payload) is var length and > 0)
        {
            taken += length;
            switch (code)
            {
                case WebSocketFrame.Continuation or WebSocketFrame.Text:
                    Hear(payload);
                    break;
                case WebSocketFrame.Close:
                    Leave();
                    return arrived.Length;
                case WebSocketFrame.Ping:
                    Answer(payload);
                    break;
            }
        }

        return taken;
    }

    private void Hear(ReadOnlySpan<byte> payload)
    {
        if (begun.Length > 0)
        {
            payload = (byte[])[.. begun, .. payload];
            begun = [];
        }

        while (payload.IndexOf(End) is var end and >= 0)
        {
            Understand(payload[..end]);
            payload = payload[(end + 1)..];
        }

        if (!payload.IsEmpty)
        {
            begun = payload.ToArray();
        }
    }

    /// <summary>The framework writes properties in this order, which is what saves a parser.</summary>
    private void Understand(ReadOnlySpan<byte> message)
    {
        var answer = "{\"type\":3,\"invocationId\":\""u8;
        var call = "{\"type\":1,\"target\":\""u8;
        if (message.StartsWith(answer) && Utf8Parser.TryParse(message[answer.Length..], out int id, out _))
        {
            events.Answered(this, id, message);
        }
        else if (message.StartsWith(call))
        {
            var named = message[call.Length..];
            events.Heard(this, named[..named.IndexOf((byte)'"')], message);
        }
        else if (!isOpen)
        {
            isOpen = message.SequenceEqual("{}"u8) ? true : throw new InvalidOperationException($"The handshake was refused: {Encoding.UTF8.GetString(message)}");
            events.Opened(this);
        }
        else if (!message.SequenceEqual("""{"type":6}"""u8))
        {
            throw new InvalidOperationException($"The hub said: {Encoding.UTF8.GetString(message)}");
        }
    }

    private void Answer(ReadOnlySpan<byte> ping)
    {
        Span<byte> frame = stackalloc byte[WebSocketFrame.LongestHead + ping.Length];
        var head = WebSocketFrame.WriteHead(frame, WebSocketFrame.Pong, ping.Length);
        ping.CopyTo(frame[head..]);
        Write(frame[..(head + ping.Length)]);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !IsGone)
        {
            var sent = socket.Send(bytes, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                // Megabytes lie in the kernel: the server is far behind, and waiting for it is what is measured.
                socket.Poll(-1, SelectMode.SelectWrite);
            }
            else if (error != SocketError.Success)
            {
                Leave();
            }

            bytes = bytes[sent..];
        }
    }
}
