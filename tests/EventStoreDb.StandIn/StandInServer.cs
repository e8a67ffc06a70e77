using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.StandIn;

/// <summary>
/// Answers as EventStoreDB 23.10 does, over gRPC, from the embedded log in a folder: what this program's adapter and the
/// official Node client need, and no more. For tests; it keeps no cluster, no projections and no users.
/// </summary>
public sealed class StandInServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SqliteEventStore _store;
    private bool _disposed;

    private StandInServer(WebApplication app, SqliteEventStore store, StandInFaults faults) =>
        (_app, _store, Faults) = (app, store, faults);

    /// <summary>What it is to do wrong, from now on.</summary>
    public StandInFaults Faults { get; }

    /// <summary>Where it listens; a port of 0 has become a real one.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Ends when the process is told to stop.</summary>
    public Task Ended => _app.WaitForShutdownAsync();

    public static async Task<StandInServer> Start(StandInOptions options)
    {
        Directory.CreateDirectory(options.Data);
        var store = SqliteEventStore.Open(Path.Combine(options.Data, "events.db"), options.Time);
        var faults = new StandInFaults();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (options.Logs)
        {
            builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
                .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        }

        var url = new Uri(options.Url);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, url.Port, listen =>
        {
            // Without TLS there is no negotiation, so HTTP/2 has to be the only one.
            listen.Protocols = HttpProtocols.Http2;
            if (options.Certificate is { } certificate)
            {
                listen.UseHttps(certificate);
            }
        }));

        // Stopping is an outage: calls that are under way break.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        builder.Services.AddSingleton(options).AddSingleton(faults).AddSingleton(new StandInLog(store)).AddSingleton(options.Time);
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = 16 << 20;
            grpc.Interceptors.Add<Doorkeeper>();
        });
        var app = builder.Build();
        app.MapGrpcService<StreamsService>();
        if (options.TellsFeatures)
        {
            app.MapGrpcService<FeaturesService>();
        }

        var server = new StandInServer(app, store, faults);
        await app.StartAsync();
        server.Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Faults.BreakCalls();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        Faults.Dispose();
    }
}

/// <summary>How a stand-in is to be.</summary>
public sealed record StandInOptions
{
    /// <summary>The folder of its log.</summary>
    public required string Data { get; init; }

    public string Url { get; init; } = "http://127.0.0.1:0";

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Set: TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Set: <c>user:password</c> that every call has to bring.</summary>
    public string? Credentials { get; init; }

    /// <summary>Set: it is a follower of this one and answers nobody who wants the leader.</summary>
    public DnsEndPoint? Leader { get; init; }

    /// <summary>Off: a server before 21.10.</summary>
    public bool TellsFeatures { get; init; } = true;

    /// <summary>Off: a server before 23.10.</summary>
    public bool SaysCaughtUp { get; init; } = true;

    /// <summary>Whether it writes to the console where it listens and what goes wrong.</summary>
    public bool Logs { get; init; }
}

/// <summary>What a server does wrong on its bad days.</summary>
public sealed class StandInFaults : IDisposable
{
    private CancellationTokenSource _breaking = new();
    private CancellationTokenSource _tooSlow = new();

    /// <summary>Appends are recorded, but nobody hears of it.</summary>
    public bool SwallowAnswers { get; set; }

    /// <summary>Appends are neither recorded nor answered.</summary>
    public bool SwallowAppends { get; set; }

    /// <summary>Batch appends are not handled, as while a server starts or elects a leader.</summary>
    public bool IsNotReady { get; set; }

    /// <summary>Appends are answered without a position, as the protocol allows.</summary>
    public bool LeaveOutPositions { get; set; }

    internal CancellationToken Breaking => Volatile.Read(ref _breaking).Token;

    internal CancellationToken TooSlow => Volatile.Read(ref _tooSlow).Token;

    /// <summary>Breaks every call that is under way.</summary>
    public void BreakCalls()
    {
        // The token of the old one stays usable for those who hold it.
        Interlocked.Exchange(ref _breaking, new()).Cancel();
    }

    /// <summary>Ends what is read, as a server of 23.10 does with a live subscription when events come faster than they are taken.</summary>
    public void FindReadersTooSlow() => Interlocked.Exchange(ref _tooSlow, new()).Cancel();

    public void Dispose()
    {
        _breaking.Dispose();
        _tooSlow.Dispose();
    }
}
