using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;
using RandomChat.Web.Diagnostics;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Diagnostics;

/// <summary>One trace from the request to the read model, and nobody in it, nor in a metric, a log or an error report.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private readonly RecordedSpans spans = new();
    private Collector collector = null!;
    private RunningServer server = null!;

    public async ValueTask InitializeAsync()
    {
        collector = await Collector.Start();
        server = await RunningServer.Start(
            new Dictionary<string, string?>
            {
                ["Tracing:Endpoint"] = new Uri(collector.Address, "/v1/traces").ToString(),
                ["Tracing:Sampled"] = "1",
                ["ForwardedHeaders:KnownProxies"] = "127.0.0.1",
            },
            services: services => services.ConfigureOpenTelemetryTracerProvider(traces => traces.AddProcessor(spans)));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await collector.DisposeAsync();
    }

    [Fact]
    public async Task A_request_is_one_trace_through_use_case_log_and_projection_and_its_id_is_told()
    {
        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Say(pair.MatchId, "good evening");
        await pair.Report("spam");

        var message = await TraceOf("SendMessage");
        Assert.Contains(message, span => span.Source == "Microsoft.AspNetCore.SignalR.Server");
        Assert.Contains(message, span => span is { Name: "append", Category: "messages" });
        var report = await TraceOf("ReportPartner");
        Assert.Contains(report, span => span.Source == "Microsoft.AspNetCore" && span.Tags["http.route"] == "/api/report");
        Assert.Contains(report, span => span is { Name: "append", Category: "case" });
        await Wait.Until(() => Task.FromResult(spans.All.Any(span => span.TraceId == report[0].TraceId && span is { Name: "project" } && span.Tags["randomchat.projection"] == "desk")));

        // Sent to the collector as well, and the trace of somebody else is not taken over.
        await Wait.Until(() => Task.FromResult(collector.Received.Any(body => body.Contains("ReportPartner", StringComparison.Ordinal))));
        const string Theirs = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var http = server.NewBrowser();
        using var answer = await http.Send(HttpMethod.Get, "/api/nothing", null, ("traceparent", $"00-{Theirs}-00f067aa0ba902b7-01"));
        var told = (await answer.Problem(404, "not-found")).Text("traceId");
        Assert.NotEqual(Theirs, told);
        await Wait.Until(() => Task.FromResult(spans.All.Any(span => span.TraceId == told)));
    }

    [Fact]
    public async Task Nobody_is_in_metrics_traces_or_logs()
    {
        var (name, body, comment, interest, address) = ("Peregrine", "kept between us two", "reads like a robot", "thimbles", "203.0.113.77");
        var (token, id) = await HubVisitor.Session(server.Address, name);
        await using var ann = await HubVisitor.Connect(server.Address, token, id, from: address);
        await using var bob = await HubVisitor.Enter(server.Address);
        var request = new Dictionary<string, object?> { ["mode"] = "text", ["language"] = "x-private", ["interests"] = new[] { interest } };
        await ann.Join(request);
        await bob.Join(request);
        var matchId = (await ann.Next("match_found")).Text("matchId");
        await ann.Say(matchId, body);
        await ann.Refused("chat_message", new Dictionary<string, object?> { ["matchId"] = Guid.NewGuid(), ["body"] = body, ["clientMessageId"] = "1" });
        using (var client = bob.Rest())
        {
            using var reported = await client.Post("/api/report", new { matchId, reason = "other", comment });
            Assert.Equal(HttpStatusCode.Created, reported.StatusCode);
            using var page = await client.Send(HttpMethod.Get, $"/history?who={id}&q={name}", null, ("X-Forwarded-For", address), ("User-Agent", "Lynx of " + name));
            using var banned = await client.GetAsync($"/banned?m={name}");
        }

        await server.Services.GetRequiredService<ServerSampler>().Look(CancellationToken.None);
        using var http = server.NewBrowser();
        var metrics = (await Scrape.Of(http)).Text;
        await Wait.Until(() => Task.FromResult(collector.Received.Any(sent => sent.Contains("ReportPartner", StringComparison.Ordinal))
            && spans.All.Any(span => span.Name == "project")));

        string[] personal = [name, body, comment, interest, address, token, id.ToString(), id.ToString("N"), bob.Id.ToString(), bob.Id.ToString("N"), matchId];
        Assert.All(personal, secret =>
        {
            Assert.DoesNotContain(secret, metrics, StringComparison.OrdinalIgnoreCase);
            Assert.All(collector.Received, sent => Assert.DoesNotContain(secret, sent, StringComparison.OrdinalIgnoreCase));
            Assert.All(spans.All, span => Assert.DoesNotContain(secret, span.Text, StringComparison.OrdinalIgnoreCase));
            Assert.All(server.Log.Lines, line => Assert.DoesNotContain(secret, line, StringComparison.OrdinalIgnoreCase));
        });
        Assert.All(spans.All, span => Assert.All(span.Tags.Keys, tag => Assert.True(PrivateSpans.Kept.Contains(tag), tag)));
    }

    [Fact]
    public async Task What_is_logged_as_an_error_is_reported_with_its_trace_and_without_the_person()
    {
        await using var reporting = new ServerProcess(new Dictionary<string, string?>
        {
            ["Sentry__Dsn"] = $"http://key@{collector.Address.Authority}/42",
            ["Captcha__Mode"] = "off",
        });
        await reporting.Start();
        using var http = new HttpClient { BaseAddress = reporting.Address };
        const string Address = "203.0.113.78";

        // A proxy that nobody listed is logged as an error.
        using var answer = await http.Send(HttpMethod.Get, "/api/nothing?token=secret-of-hers", null, ("X-Forwarded-For", Address), ("Cookie", "rc_visitor=her-cookie"));

        await Wait.Until(() => Task.FromResult(collector.Received.Any(body => body.Contains("ForwardedHeaders:KnownProxies", StringComparison.Ordinal))));
        var report = collector.Received.First(body => body.Contains("ForwardedHeaders:KnownProxies", StringComparison.Ordinal));
        Assert.Contains((await answer.Problem(404, "not-found")).Text("traceId"), report, StringComparison.Ordinal);
        Assert.All(new[] { Address, "127.0.0.1", "secret-of-hers", "her-cookie", Environment.MachineName, Environment.UserName + "\"" }, secret =>
            Assert.DoesNotContain(secret, report, StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<Span>> TraceOf(string useCase)
    {
        Span? found = null;
        await Wait.Until(() => Task.FromResult((found = spans.All.FirstOrDefault(span => span.Name == useCase && spans.All.Any(other => other.TraceId == span.TraceId && other.Source != span.Source))) is not null));
        return [.. spans.All.Where(span => span.TraceId == found!.TraceId)];
    }

    private sealed record Span(string TraceId, string Source, string Name, Dictionary<string, string> Tags, string Text)
    {
        public string? Category => Tags.GetValueOrDefault("randomchat.stream.category");
    }

    /// <summary>What goes out: it stands behind what takes away.</summary>
    private sealed class RecordedSpans : BaseProcessor<Activity>
    {
        private readonly ConcurrentQueue<Span> all = new();

        public IReadOnlyCollection<Span> All => all;

        public override void OnEnd(Activity data) => all.Enqueue(new(
            data.TraceId.ToString(), data.Source.Name, data.DisplayName, data.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value?.ToString() ?? ""),
            $"{data.DisplayName} {data.StatusDescription} {string.Join(' ', data.TagObjects)} {string.Join(' ', data.Events.SelectMany(e => e.Tags))} {string.Join(' ', data.Baggage)}"));
    }

    /// <summary>Takes whatever is posted to it.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> received = new();

        public IReadOnlyCollection<string> Received => received;

        public Uri Address => new(app.Urls.First());

        public static async Task<Collector> Start()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddRequestDecompression();
            var app = builder.Build();
            var collector = new Collector(app);
            app.UseRequestDecompression();
            app.Run(async context =>
            {
                using var body = new StreamReader(context.Request.Body, System.Text.Encoding.Latin1);
                collector.received.Enqueue(await body.ReadToEndAsync());
                context.Response.StatusCode = StatusCodes.Status200OK;
            });
            await app.StartAsync();
            return collector;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
