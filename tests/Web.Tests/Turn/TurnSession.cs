using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using RandomChat.Web.Turn;

namespace RandomChat.Web.Tests.Turn;

/// <summary>One who wants an allocation of a TURN server, over TCP, and what the server lets them reach through it.</summary>
internal sealed class TurnSession : IAsyncDisposable
{
    private const StunMethod CreatePermission = (StunMethod)0x0008;
    private const StunMethod ChannelBind = (StunMethod)0x0009;
    private const StunAttribute ChannelNumber = (StunAttribute)0x000C;
    private const StunAttribute PeerAddress = (StunAttribute)0x0012;
    private const StunAttribute AddressFamily = (StunAttribute)0x0017;
    private const int PeerPort = 5000;

    private readonly TcpClient tcp = new();
    private readonly List<(StunAttribute, byte[])> who = [];
    private byte[]? key;

    public static async Task<TurnSession> Connect(int port)
    {
        var session = new TurnSession();
        await session.tcp.ConnectAsync(IPAddress.Loopback, port);
        return session;
    }

    /// <summary>Asks with REST credentials that the secret makes. Null where it got one, else the error.</summary>
    public async Task<int?> Allocate(string secret, bool overIPv6 = false)
    {
        (StunAttribute, byte[])[] wanted =
            [(StunAttribute.RequestedTransport, [17, 0, 0, 0]), .. overIPv6 ? [(AddressFamily, new byte[] { 2, 0, 0, 0 })] : Array.Empty<(StunAttribute, byte[])>()];
        var username = $"{TimeProvider.System.GetUtcNow().AddMinutes(10).ToUnixTimeSeconds()}:somebody";
        var refused = await Ask(StunMethod.Allocate, StunMessage.NewTransaction(), wanted);
        who.AddRange(
        [
            (StunAttribute.Username, Encoding.UTF8.GetBytes(username)), (StunAttribute.Realm, refused[StunAttribute.Realm]!),
            (StunAttribute.Nonce, refused[StunAttribute.Nonce]!),
        ]);
#pragma warning disable CA5350, CA5351 // coturn's credentials and keys are HMAC-SHA1 and MD5 by definition.
        var password = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(username)));
        key = MD5.HashData([.. Encoding.UTF8.GetBytes($"{username}:"), .. refused[StunAttribute.Realm]!, .. Encoding.UTF8.GetBytes($":{password}")]);
#pragma warning restore CA5350, CA5351
        return ErrorOf(await Ask(StunMethod.Allocate, StunMessage.NewTransaction(), wanted));
    }

    /// <summary>Asks for its allocation to last longer, as a running call does. Null where it does, else the error.</summary>
    public async Task<int?> Refresh() => ErrorOf(await Ask(StunMethod.Refresh, StunMessage.NewTransaction(), (StunAttribute.Lifetime, [0, 0, 2, 88])));

    /// <summary>Null where datagrams to that peer would be relayed, else the error.</summary>
    public async Task<int?> Permit(IPAddress peer)
    {
        var transaction = StunMessage.NewTransaction();
        return ErrorOf(await Ask(CreatePermission, transaction, (PeerAddress, Hidden(peer, transaction))));
    }

    /// <summary>Null where the peer got a channel, else the error.</summary>
    public async Task<int?> Bind(IPAddress peer)
    {
        var transaction = StunMessage.NewTransaction();
        return ErrorOf(await Ask(ChannelBind, transaction, (ChannelNumber, [0x40, 0, 0, 0]), (PeerAddress, Hidden(peer, transaction))));
    }

    public ValueTask DisposeAsync()
    {
        tcp.Dispose();
        return ValueTask.CompletedTask;
    }

    private static int? ErrorOf(StunMessage answer) => answer.IsSuccess ? null : answer.Error ?? 0;

    private async Task<StunMessage> Ask(StunMethod method, byte[] transaction, params (StunAttribute, byte[])[] attributes)
    {
        var stream = tcp.GetStream();
        await stream.WriteAsync(StunMessage.Request(method, transaction, key, [.. attributes, .. who]));
        var header = new byte[StunMessage.HeaderLength];
        await stream.ReadExactlyAsync(header);
        var body = new byte[StunMessage.LengthIn(header)];
        await stream.ReadExactlyAsync(body);
        return StunMessage.Read([.. header, .. body])!;
    }

    /// <summary>XOR-PEER-ADDRESS: the address under the cookie and the transaction (RFC 8489 section 14.2).</summary>
    private static byte[] Hidden(IPAddress peer, byte[] transaction)
    {
        byte[] mask = [0x21, 0x12, 0xA4, 0x42, .. transaction];
        var value = new byte[4];
        value[1] = (byte)(peer.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 1 : 2);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(2), PeerPort ^ 0x2112);
        return [.. value, .. peer.GetAddressBytes().Zip(mask, (part, over) => (byte)(part ^ over))];
    }
}
