using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Problems;

/// <summary>Random requests: the server lives, nothing is a 500, and every refusal is a problem of the contract.</summary>
public sealed class RestFuzzTests(EdgeServer edge) : IClassFixture<EdgeServer>
{
    private static readonly string[] Paths =
    [
        "/api/session", "/api/captcha", "/api/preferences", "/api/match/start", "/api/match/stop", "/api/report", "/api/block", "/api/turn",
        "/api/admin/reports", "/api/me", "/api/nothing", "/hubs/chat/negotiate", "/hubs/chat", "/health/ready", "/", "/chat", "/api/%00",
        "/api/session/%2e%2e", "/chat?handler=Report", "/css/../api",
    ];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"];

    private static readonly string[] Bodies =
    [
        "", "{", "null", "[]", "5", "\"x\"", "{}", "{\"birthYear\":1990,\"acceptTerms\":true}", "{\"mode\":\"text\",\"interests\":[null]}",
        "{\"mode\":\"text\",\"language\":{}}", "{\"matchId\":\"x\"}", "{\"matchId\":\"00000000-0000-0000-0000-000000000000\",\"reason\":\"spam\"}",
        "{\"birthYear\":1e999}", "{\"birthYear\":-1,\"displayName\":\"\\ud800\"}", "{\"a\":{\"a\":{\"a\":{\"a\":[[[[[[[]]]]]]]}}}}",
        "{\"captcha\":\"////\"}", "{\"mode\":\"text\",\"mode\":\"video\"}", "\u0000\u0001",
    ];

    private static readonly string[] Types = ["application/json", "application/json; charset=utf-16", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "x/y/z"];

    [Fact]
    public Task A_few_hundred_random_requests_find_the_server_alive() => Fuzz(400);

    [Fact(Explicit = true)]
    public Task Thousands_of_random_requests_find_the_server_alive() => Fuzz(6_000);

    private async Task Fuzz(int requests)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        using var plain = edge.NewBrowser();
        using var browser = edge.NewBrowser();
        var token = (await browser.Enter()).GetProperty("token").GetString()!;
        for (var i = 0; i < requests; i++)
        {
            var (method, path, body, type) = (Pick(random, Methods), Pick(random, Paths), Body(random), Pick(random, Types));
            using var request = new HttpRequestMessage(new(method), path);
            if (method is not ("GET" or "HEAD"))
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }

            request.Headers.TryAddWithoutValidation("Accept", Pick(random, ["application/json", "*/*", "text/html", "nonsense"]));
            if (random.Next(2) == 0)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", random.Next(4) == 0 ? "x" + token : token);
            }

            if (random.Next(4) == 0)
            {
                request.Headers.TryAddWithoutValidation("X-Forwarded-For", Pick(random, ["198.51.100.1", "not an address", "::1", "1.2.3.4, 5.6.7.8", ""]));
            }

            using var answer = await plain.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            var said = $"Seed {seed}, request {i}: {method} {path} {type} {Encoding.UTF8.GetString(body)} gave {(int)answer.StatusCode} {text}";
            Assert.True((int)answer.StatusCode < 500, said);
            // A path with a null byte never reaches us: the web server itself refuses it.
            if ((int)answer.StatusCode >= 400 && path.StartsWith("/api", StringComparison.Ordinal) && path != "/api/%00" && method != "HEAD")
            {
                Assert.True(answer.Content.Headers.ContentType?.MediaType is "application/problem+json" or "text/html", said);
                if (answer.Content.Headers.ContentType.MediaType == "application/problem+json")
                {
                    Assert.True(JsonSerializer.Deserialize<JsonElement>(text).TryGetProperty("code", out _), said);
                }
            }
        }

        using var alive = await plain.GetAsync("/health/ready");
        await alive.Json();
        Assert.DoesNotContain(edge.Server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    private static byte[] Body(Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(Pick(random, Bodies));
        if (random.Next(5) == 0 && bytes.Length > 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }
}
