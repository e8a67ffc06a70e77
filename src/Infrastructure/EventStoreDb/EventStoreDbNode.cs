using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>One server and the connection to it, which is made by the first call and again by the first call after it broke.</summary>
internal sealed class EventStoreDbNode : IDisposable
{
    private static readonly TimeSpan DialFor = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Bytes of one call that may have come and not been taken. Servers of 23.10 end a live subscription as soon as 32 events wait to
    /// be sent: this is what a reader that is busy for a moment has in hand.
    /// </summary>
    private const int ReadAhead = 1 << 20;

    private readonly GrpcChannel _channel;
    private readonly Metadata _headers;
    private readonly TimeProvider _time;

    public EventStoreDbNode(DnsEndPoint address, EventStoreDbSettings settings, TimeProvider time)
    {
        Address = address;
        _time = time;
        _headers = Headers(settings);
        var host = address.Host.Contains(':', StringComparison.Ordinal) ? $"[{address.Host}]" : address.Host;
        _channel = GrpcChannel.ForAddress(
            $"{(settings.Tls ? "https" : "http")}://{host}:{address.Port}",
            new()
            {
                HttpHandler = Handler(settings),
                DisposeHttpClient = true,

                // What the server stored it may also send.
                MaxReceiveMessageSize = null,
            });
        Streams = new(_channel);
        Features = new(_channel);
    }

    public DnsEndPoint Address { get; }

    public Streams.StreamsClient Streams { get; }

    public ServerFeatures.ServerFeaturesClient Features { get; }

    /// <param name="deadline">Null where the call lives as long as it is wanted.</param>
    public CallOptions Call(CancellationToken ct, TimeSpan? deadline = null) =>
        new(_headers, deadline is { } within ? _time.GetUtcNow().UtcDateTime + within : null, ct);

    public override string ToString() => $"{Address.Host}:{Address.Port}";

    public void Dispose() => _channel.Dispose();

    private static Metadata Headers(EventStoreDbSettings settings)
    {
        // A follower would answer from the past; it refuses instead and names the leader.
        var headers = new Metadata { { "requires-leader", "true" }, { "connection-name", settings.ConnectionName } };
        if (settings.Credentials is { } credentials)
        {
            headers.Add("authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.UserName}:{credentials.Password}")));
        }

        return headers;
    }

    private SocketsHttpHandler Handler(EventStoreDbSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            // Subscriptions and appends share a connection as long as it has room for another stream.
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = ReadAhead,
            PooledConnectionIdleTimeout = System.Threading.Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = settings.KeepAliveInterval,
            KeepAlivePingTimeout = settings.KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            ConnectTimeout = settings.Deadline,

            // Dialled here, the channel keeps no state of its own: after an outage the first call connects, without a pause that has grown meanwhile.
            ConnectCallback = Dial,
        };
        if (settings.Tls)
        {
            handler.SslOptions = Tls(settings);
        }

        return handler;
    }

    private static SslClientAuthenticationOptions Tls(EventStoreDbSettings settings)
    {
        var options = new SslClientAuthenticationOptions();
        if (!settings.VerifyCertificate)
        {
#pragma warning disable CA5359 // The operator wrote tlsVerifyCert=false.
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (settings.CaFile is { } file)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(file);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }

    private async ValueTask<Stream> Dial(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(DialFor, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, either.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
