using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Xunit;

namespace RandomChat.Engines;

/// <summary>
/// nginx or Caddy with the configuration that operators are given, on loopback ports of its own and with a certificate of its own. Where
/// it is not installed the test is skipped and says so.
/// </summary>
public sealed class ProxyServer : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("randomchat-proxy-");
    private Process? process;

    private ProxyServer()
    {
    }

    public Uri Plain { get; } = new($"http://localhost:{LocalProgram.FreePort()}");

    public Uri Secure { get; } = new($"https://localhost:{LocalProgram.FreePort()}");

    /// <param name="configuration">Its file; what is to be changed is changed for the test.</param>
    /// <param name="upstream">Of the server behind it.</param>
    public static async Task<ProxyServer> Nginx(string configuration, Uri upstream)
    {
        SkipWithout("/usr/sbin/nginx", "nginx");
        var proxy = new ProxyServer();
        var site = Changed(
            await File.ReadAllTextAsync(configuration),
            ("server 127.0.0.1:5080;", $"server {upstream.Authority};"), ("listen 80;", $"listen 127.0.0.1:{proxy.Plain.Port};"),
            ("listen 443 ssl http2;", $"listen 127.0.0.1:{proxy.Secure.Port} ssl http2;"),
            ("/etc/ssl/randomchat/fullchain.pem", proxy.At("cert.pem")), ("/etc/ssl/randomchat/privkey.pem", proxy.At("key.pem")));
        await File.WriteAllTextAsync(proxy.At("site.conf"), site);
        string[] temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        await File.WriteAllTextAsync(
            proxy.At("nginx.conf"),
            $"""
            daemon off; worker_processes 1; pid {proxy.At("pid")};
            events {"{ }"}
            http {"{"}
              {string.Join(' ', temporary.Select(kind => $"{kind}_temp_path {proxy.At(kind)};"))}
              include {proxy.At("site.conf")};
            {"}"}
            """);
        return await proxy.Begin("/usr/sbin/nginx", "-c", proxy.At("nginx.conf"), "-e", proxy.At("errors"));
    }

    /// <inheritdoc cref="Nginx"/>
    public static async Task<ProxyServer> Caddy(string configuration, Uri upstream)
    {
        SkipWithout("/usr/bin/caddy", "caddy");
        var proxy = new ProxyServer();
        var site = Changed(
            await File.ReadAllTextAsync(configuration),
            ("chat.example.com {", $"localhost {"{"}\n\ttls {proxy.At("cert.pem")} {proxy.At("key.pem")}\n"), ("127.0.0.1:5080", upstream.Authority));
        await File.WriteAllTextAsync(
            proxy.At("Caddyfile"),
            $"{"{"}\n\tadmin off\n\tdefault_bind 127.0.0.1\n\thttp_port {proxy.Plain.Port}\n\thttps_port {proxy.Secure.Port}\n{"}"}\n{site}");
        return await proxy.Begin("/usr/bin/caddy", "run", "--adapter", "caddyfile", "--config", proxy.At("Caddyfile"));
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        folder.Delete(recursive: true);
    }

    private static void SkipWithout(string program, string package)
    {
        if (!File.Exists(program))
        {
            Assert.Skip($"There is no {program} (Debian: {package}).");
        }
    }

    private static string Changed(string text, params (string From, string To)[] changes)
    {
        foreach (var (from, to) in changes)
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        return text;
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    private async Task<ProxyServer> Begin(string program, params string[] arguments)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddMinutes(-5), now.AddDays(1));
        await File.WriteAllTextAsync(At("cert.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(At("key.pem"), key.ExportPkcs8PrivateKeyPem());
        process = Process.Start(new ProcessStartInfo(program, arguments) { Environment = { ["HOME"] = folder.FullName } })!;
        await LocalProgram.Until(async () =>
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, Secure.Port);
        });
        return this;
    }
}
