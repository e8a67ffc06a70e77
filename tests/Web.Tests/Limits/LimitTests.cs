using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Limits;
using RandomChat.Infrastructure.Limits;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Limits;

public sealed class LimitTests
{
    private static readonly object Session = new { birthYear = 1990, acceptTerms = true };

    [Fact]
    public async Task Thirty_sessions_of_one_address_pass_and_the_next_is_told_when_to_come_back()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["ForwardedHeaders:KnownProxies"] = "127.0.0.1" });
        using var counted = new TakenPermits(server.Services);
        for (var i = 0; i < 30; i++)
        {
            using var browser = server.NewBrowser();
            using var passed = await browser.Post("/api/session", Session, ("X-Forwarded-For", "198.51.100.1"));
            await passed.Json(HttpStatusCode.Created);
        }

        using var late = server.NewBrowser();
        using var refused = await late.Post("/api/session", Session, ("X-Forwarded-For", "198.51.100.1"));
        using var elsewhere = await late.Post("/api/session", Session, ("X-Forwarded-For", "198.51.100.2"));

        await refused.Problem(429, "rate-limited");
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        await elsewhere.Json(HttpStatusCode.Created);
        Assert.Equal((31, 1), (counted.Of(LimitNames.Sessions, allowed: true), counted.Of(LimitNames.Sessions, allowed: false)));
    }

    [Fact]
    public async Task Joins_are_counted_by_address_over_REST()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["Limits:Joins:Burst"] = "3" });
        using var browser = server.NewBrowser();
        using var client = server.NewBrowser().As((await browser.Enter()).GetProperty("token").GetString()!);
        for (var i = 0; i < 3; i++)
        {
            using var waits = await client.Post("/api/match/start", new { mode = "text" });
            Assert.Equal("""{"state":"waiting"}""", (await waits.Json(HttpStatusCode.Accepted)).ToString());
        }

        using var refused = await client.Post("/api/match/start", new { mode = "text" });
        using var stopped = await client.Post("/api/match/stop");

        await refused.Problem(429, "rate-limited");
        Assert.Equal(HttpStatusCode.NoContent, stopped.StatusCode);
    }

    [Theory]
    [InlineData("Limits:Enabled")]
    [InlineData("Limits:Sessions:Enabled")]
    public async Task A_limit_can_be_switched_off(string key)
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { [key] = "false", ["Limits:Sessions:Burst"] = "1" });
        for (var i = 0; i < 5; i++)
        {
            using var browser = server.NewBrowser();
            await browser.Enter();
        }
    }

    /// <summary>Who has a /64 has all its addresses; who names another address in a header of its own has none of them.</summary>
    [Theory]
    [InlineData("2001:db8:1:2:0:0:0:{0}")]
    [InlineData("2001:db8:1:2:{0}:{0}:{0}:{0}")]
    [InlineData("198.51.100.{0}, 203.0.113.9")]
    public async Task Turning_addresses_round_gains_nothing(string forwarded)
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?>
        {
            ["ForwardedHeaders:KnownProxies"] = "127.0.0.1",
            ["Limits:Sessions:Burst"] = "3",
        });
        var codes = new List<HttpStatusCode>();
        for (var i = 1; i <= 5; i++)
        {
            using var browser = server.NewBrowser();
            using var answer = await browser.Post("/api/session", Session, ("X-Forwarded-For", string.Format(CultureInfo.InvariantCulture, forwarded, i)));
            codes.Add(answer.StatusCode);
        }

        Assert.Equal([.. Enumerable.Repeat(HttpStatusCode.Created, 3), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 2)], codes);
    }

    [Fact]
    public async Task A_forwarded_address_from_an_unknown_proxy_is_not_believed_and_is_logged_once()
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?> { ["Limits:Sessions:Burst"] = "2" });
        var codes = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            using var browser = server.NewBrowser();
            using var answer = await browser.Post("/api/session", Session, ("X-Forwarded-For", $"198.51.100.{i}"));
            codes.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], codes);
        Assert.Single(server.Log.Lines, line => line.Contains("KnownProxies", StringComparison.Ordinal));
    }

    /// <summary>What one server's meter of limits has counted since.</summary>
    private sealed class TakenPermits : IDisposable
    {
        private readonly ConcurrentDictionary<(string Limit, bool Allowed), int> taken = new();
        private readonly MeterListener listener = new();

        public TakenPermits(IServiceProvider services)
        {
            var meters = services.GetRequiredService<IMeterFactory>();
            listener.InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == CountedLimits.Taken && instrument.Meter.Scope == meters)
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
            {
                var tagged = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
                taken.AddOrUpdate(((string)tagged["limit"]!, (bool)tagged["allowed"]!), (int)count, (_, before) => before + (int)count);
            });
            listener.Start();
        }

        public int Of(string limit, bool allowed) => taken.GetValueOrDefault((limit, allowed));

        public void Dispose() => listener.Dispose();
    }
}
