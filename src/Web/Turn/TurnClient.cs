using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;

namespace RandomChat.Web.Turn;

/// <summary>Asks a TURN server for an allocation, as a browser does, and gives it back at once (RFC 8656).</summary>
internal sealed class TurnClient(TimeProvider clock)
{
    // RFC 8489 section 6.2.1: half a second, then twice as long each time.
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    private delegate Task<StunMessage> Exchange(byte[] request);

    /// <summary>The best answer of the host's addresses. Never fails: a server that cannot be reached gives no answer.</summary>
    /// <param name="ct">Ends it: who has not answered by then gives no answer.</param>
    public async Task<TurnAnswer> Ask(TurnUrl url, IceServer credentials, CancellationToken ct)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(url.Host, ct);
            return (await Task.WhenAll(addresses.Select(address => Ask(url, address, credentials, ct)))).DefaultIfEmpty(TurnAnswer.NoAnswer).Min();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            return TurnAnswer.NoAnswer;
        }
    }

    private async Task<TurnAnswer> Ask(TurnUrl url, IPAddress address, IceServer credentials, CancellationToken ct)
    {
        var isUdp = url.Transport == TurnTransport.Udp;
        try
        {
            using var socket = new Socket(address.AddressFamily, isUdp ? SocketType.Dgram : SocketType.Stream, isUdp ? ProtocolType.Udp : ProtocolType.Tcp);
            await socket.ConnectAsync(address, url.Port, ct);
            if (isUdp)
            {
                return await Allocate(request => OverDatagrams(socket, request, ct), credentials);
            }

            await using var tcp = new NetworkStream(socket);
            if (url.Transport == TurnTransport.Tcp)
            {
                return await Allocate(request => OverStream(tcp, request, ct), credentials);
            }

            await using var tls = new SslStream(tcp);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = url.Host }, ct);
            return await Allocate(request => OverStream(tls, request, ct), credentials);
        }
        catch (AuthenticationException)
        {
            return TurnAnswer.TlsRefused;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return TurnAnswer.NoAnswer;
        }
    }

    private static async Task<TurnAnswer> Allocate(Exchange exchange, IceServer credentials)
    {
        (StunAttribute, byte[]) transport = (StunAttribute.RequestedTransport, [17, 0, 0, 0]); // UDP, by its protocol number
        var answer = await exchange(StunMessage.Request(StunMethod.Allocate, StunMessage.NewTransaction(), null, transport));
        if (answer is not { Error: 401 } || answer[StunAttribute.Realm] is not { } realm || answer[StunAttribute.Nonce] is not { } nonce)
        {
            return answer.IsSuccess ? TurnAnswer.Allocated : TurnAnswer.NoAllocation;
        }

        var username = Encoding.UTF8.GetBytes(credentials.Username!);
#pragma warning disable CA5351 // The key of long-term credentials is MD5 by definition (RFC 8489 section 9.2.2).
        var key = MD5.HashData([.. username, (byte)':', .. realm, (byte)':', .. Encoding.UTF8.GetBytes(credentials.Credential!)]);
#pragma warning restore CA5351
        (StunAttribute, byte[])[] who = [(StunAttribute.Username, username), (StunAttribute.Realm, realm), (StunAttribute.Nonce, nonce)];
        answer = await exchange(StunMessage.Request(StunMethod.Allocate, StunMessage.NewTransaction(), key, [transport, .. who]));
        if (!answer.IsSuccess)
        {
            return answer.Error is 401 or 441 ? TurnAnswer.CredentialsRefused : TurnAnswer.NoAllocation;
        }

        try
        {
            await exchange(StunMessage.Request(StunMethod.Refresh, StunMessage.NewTransaction(), key, [(StunAttribute.Lifetime, new byte[4]), .. who]));
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // It ends by itself in ten minutes.
        }

        return TurnAnswer.Allocated;
    }

    private async Task<StunMessage> OverDatagrams(Socket socket, byte[] request, CancellationToken ct)
    {
        var buffer = new byte[1_500];
        for (var wait = FirstWait; ; wait *= 2)
        {
            await socket.SendAsync(request, ct);
            using var patience = new CancellationTokenSource(wait, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
            try
            {
                while (true)
                {
                    var length = await socket.ReceiveAsync(buffer, either.Token);
                    if (StunMessage.Read(buffer.AsSpan(0, length)) is { } answer && answer.Answers(request))
                    {
                        return answer;
                    }
                }
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // Lost on its way, there or back: it is sent again.
            }
        }
    }

    private static async Task<StunMessage> OverStream(Stream stream, byte[] request, CancellationToken ct)
    {
        await stream.WriteAsync(request, ct);
        var header = new byte[StunMessage.HeaderLength];
        await stream.ReadExactlyAsync(header, ct);
        var body = new byte[StunMessage.LengthIn(header)];
        await stream.ReadExactlyAsync(body, ct);
        return StunMessage.Read([.. header, .. body]) is { } answer && answer.Answers(request)
            ? answer
            : throw new IOException("This is no answer of a TURN server.");
    }
}

/// <summary>How a TURN server answered; the best one first.</summary>
internal enum TurnAnswer
{
    Allocated,
    CredentialsRefused,
    NoAllocation,
    TlsRefused,
    NoAnswer,
}
