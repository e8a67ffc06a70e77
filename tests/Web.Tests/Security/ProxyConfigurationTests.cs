using System.Net;
using System.Net.WebSockets;
using System.Text;
using RandomChat.Engines;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;

namespace RandomChat.Web.Tests.Security;

/// <summary>The configurations for proxies that operators are given, in the real programs.</summary>
public sealed class ProxyConfigurationTests
{
    [Theory(Explicit = true)]
    [InlineData("nginx")]
    [InlineData("caddy")]
    public async Task Behind_it_everything_is_secure_hubs_connect_and_nobody_says_their_own_address(string program)
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?>
        {
            ["ForwardedHeaders:KnownProxies"] = "127.0.0.1",
            ["Limits:Sessions:Permits"] = "2",
            ["Limits:Sessions:Burst"] = "2",
            ["Limits:Sessions:Window"] = "01:00:00",
        });
        var folder = Path.Combine(RepositoryFolder.Path, "deploy");
        await using var proxy = program == "nginx"
            ? await ProxyServer.Nginx(Path.Combine(folder, "nginx", "randomchat.conf"), server.Address)
            : await ProxyServer.Caddy(Path.Combine(folder, "caddy", "Caddyfile"), server.Address);
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
            AllowAutoRedirect = false,
            UseCookies = false,
        };
        using var http = new HttpClient(handler) { BaseAddress = proxy.Secure };

        using (var plain = await http.GetAsync(new Uri(proxy.Plain, "/terms")))
        {
            Assert.Equal(HttpStatusCode.PermanentRedirect, plain.StatusCode);
            Assert.Equal("https", plain.Headers.Location?.Scheme);
        }

        using (var page = await http.GetAsync("/terms"))
        {
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains("max-age=", Assert.Single(page.Headers.GetValues("Strict-Transport-Security")), StringComparison.Ordinal);
            Assert.Contains($"wss://{proxy.Secure.Authority}", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        }

        var token = string.Empty;
        for (var n = 0; n < 3; n++)
        {
            // Every time from somewhere else, as the client says; it is one address all the same.
            using var ask = new HttpRequestMessage(HttpMethod.Post, "/api/session")
            {
                Content = new StringContent("""{"birthYear":1990,"acceptTerms":true}""", Encoding.UTF8, "application/json"),
                Headers = { { "X-Forwarded-For", $"203.0.113.{n}" } },
            };
            using var session = await http.SendAsync(ask);
            if (n == 2)
            {
                await session.Problem(429, "rate-limited");
                break;
            }

            Assert.All(session.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase));
            token = (await session.Json(HttpStatusCode.Created)).GetProperty("token").GetString()!;
        }

        using var hub = new ClientWebSocket();
        hub.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        hub.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        hub.Options.SetRequestHeader("Origin", proxy.Secure.GetLeftPart(UriPartial.Authority));
        await hub.ConnectAsync(new UriBuilder(proxy.Secure) { Scheme = "wss", Path = "/hubs/chat" }.Uri, default);
        await hub.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, default);
        var buffer = new byte[1024];
        var read = await hub.ReceiveAsync(buffer, default);
        Assert.StartsWith("{}\u001e", Encoding.UTF8.GetString(buffer, 0, read.Count), StringComparison.Ordinal);
    }
}
