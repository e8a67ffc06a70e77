using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace RandomChat.Engines;

/// <summary>coturn on loopback ports of its own, for UDP, TCP and TLS. Where it is not installed the test is skipped and says so.</summary>
public sealed class TurnServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/turnserver";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("randomchat-turn-");
    private readonly List<string> log = [];
    private readonly string? configuration;
    private readonly string[] options;
    private Process? process;

    private TurnServer(string? configuration, string[] options) => (this.configuration, this.options) = (configuration, options);

    /// <summary>Its <c>static-auth-secret</c>.</summary>
    public string Secret { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public int Port { get; } = LocalProgram.FreePort();

    public int TlsPort { get; } = LocalProgram.FreePort();

    /// <summary>What vouches for the TLS port, as <c>SSL_CERT_FILE</c> takes it. It names 127.0.0.1.</summary>
    public string CertificateFile => Path.Combine(folder.FullName, "cert.pem");

    /// <summary>What it wrote so far, a line each.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (log)
            {
                return [.. log];
            }
        }
    }

    /// <summary>A server of this test alone, which it may stop and start.</summary>
    /// <param name="options">More of its command line.</param>
    public static Task<TurnServer> Own(params string[] options) => Begin(null, [
        "-n", "--verbose", "--relay-ip", "127.0.0.1", "--allow-loopback-peers", "--no-cli", "--fingerprint", "--use-auth-secret", "--realm", "turn.example",
        "--log-file", "stdout", .. options,
    ]);

    /// <summary>A server with a configuration file as it would run in production; addresses, ports and secret are the test's.</summary>
    public static Task<TurnServer> With(string configuration, params string[] options) => Begin(configuration, options);

    /// <summary>A TURN URL of it.</summary>
    /// <param name="transport"><c>udp</c> or <c>tcp</c>.</param>
    public string Url(string transport = "udp") => $"turn:127.0.0.1:{Port}?transport={transport}";

    public string TlsUrl => $"turns:127.0.0.1:{TlsPort}";

    public async Task Start()
    {
        var start = new ProcessStartInfo(
            Program,
            [
                .. configuration is null ? Array.Empty<string>() : ["-c", configuration],
                "--listening-ip", "127.0.0.1",
                "--listening-port", Port.ToString(CultureInfo.InvariantCulture), "--tls-listening-port", TlsPort.ToString(CultureInfo.InvariantCulture),
                "--static-auth-secret", Secret, "--cert", CertificateFile, "--pkey", KeyFile,
                "--pidfile", Path.Combine(folder.FullName, "pid"), "--userdb", Path.Combine(folder.FullName, "db"),
                .. options,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        process = Process.Start(start)!;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await LocalProgram.Until(async () =>
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, Port);
        });
    }

    /// <summary>Kills it: nobody listens on its ports any more.</summary>
    public void Stop()
    {
        process?.Kill();
        process?.WaitForExit();
        process?.Dispose();
        process = null;
    }

    public ValueTask DisposeAsync()
    {
        Stop();
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<TurnServer> Begin(string? configuration, string[] options)
    {
        if (!File.Exists(Program))
        {
            Assert.Skip("There is no TURN server: coturn is not installed (Debian: coturn).");
        }

        var server = new TurnServer(configuration, options);
        server.WriteCertificate();
        await server.Start();
        return server;
    }

    private string KeyFile => Path.Combine(folder.FullName, "key.pem");

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=turn.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            lock (log)
            {
                log.Add(text);
            }
        }
    }
}
