using System.Collections.Frozen;
using System.Diagnostics;
using System.Reflection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RandomChat.Application.Diagnostics;
using RandomChat.Application.Matches;
using RandomChat.Application.Screening;
using RandomChat.Infrastructure.Diagnostics;
using RandomChat.Infrastructure.Limits;
using RandomChat.Infrastructure.Settings;
using RandomChat.Projections.Engine;
using RandomChat.Web.Security;
using Sentry.Extensions.Logging;

namespace RandomChat.Web.Diagnostics;

/// <summary>What an operator sees of the running server: metrics always, traces and error reports where they are configured.</summary>
public static class DiagnosticsSetup
{
    private const string Service = "randomchat";

    /// <summary>Of the framework's own metrics those that <c>docs/metrics.md</c> lists: the others come and go with its versions.</summary>
    private static readonly FrozenSet<string> OfFramework = FrozenSet.Create(
        "http.server.request.duration", "kestrel.active_connections",
        "dotnet.process.cpu.time", "dotnet.process.memory.working_set", "dotnet.gc.collections", "dotnet.gc.pause.time",
        "dotnet.gc.last_collection.heap.size", "dotnet.gc.last_collection.memory.committed_size", "dotnet.gc.heap.total_allocated",
        "dotnet.monitor.lock_contentions", "dotnet.exceptions");

    /// <summary>Its labels that have few values.</summary>
    private static readonly string[] OfRequests = ["http.request.method", "http.response.status_code", "http.route"];

    public static WebApplicationBuilder AddDiagnostics(this WebApplicationBuilder builder)
    {
        var (services, settings) = (builder.Services, builder.Configuration);
        services.AddOptions<MetricsOptions>().Configure(options => options.Networks = Networks(settings)).ValidateOnStart();
        services.AddSingleton<ServerMeter>();
        services.AddSingleton<ServerSampler>();
        services.AddHostedService(provider => provider.GetRequiredService<ServerSampler>());
        services.AddSingleton<DistributedContextPropagator, OwnTraces>();
        var version = typeof(DiagnosticsSetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService(Service, serviceVersion: version))
            .WithMetrics(metrics => metrics
                .AddMeter(ChatMeter.Meter, ScreeningMeter.Meter, CountedLimits.Meter, LogMeter.Meter, ProjectionMeter.Meter, ServerMeter.Meter)
                .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddView(Shown)
                .AddPrometheusExporter(options => options.ScrapeEndpointPath = ScrapeGuard.Path));
        var tracing = TracingOptions.Read(settings);
        if (tracing.Endpoint is { } collector)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(Tracing.Source, "Microsoft.AspNetCore", "Microsoft.AspNetCore.SignalR.Server")
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(tracing.Sampled)))
                .AddProcessor(new PrivateSpans())
                .AddOtlpExporter(exporter => (exporter.Endpoint, exporter.Protocol) = (collector, OtlpExportProtocol.HttpProtobuf)));
        }

        if (settings["Sentry:Dsn"] is { Length: > 0 } dsn)
        {
            builder.Logging.AddSentry(options => ErrorReports.Configure(options, dsn, version));
        }

        return builder;
    }

    /// <summary>Stands before everything that believes a proxy.</summary>
    public static void UseScrapes(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value;
        app.UseOpenTelemetryPrometheusScrapingEndpoint(context => ScrapeGuard.Lets(context, options));
    }

    /// <summary>Names the span of a request by its route; stands behind routing.</summary>
    public static void UseNamedSpans(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } span)
        {
            await next(context);
            return;
        }

        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none";
        span.DisplayName = $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method).SetTag("http.route", route);
        try
        {
            await next(context);
        }
        finally
        {
            span.SetTag("http.response.status_code", context.Response.StatusCode);
        }
    });

    private static MetricStreamConfiguration? Shown(System.Diagnostics.Metrics.Instrument instrument) => instrument.Name switch
    {
        "http.server.request.duration" => new ExplicitBucketHistogramConfiguration
        {
            TagKeys = OfRequests,
            Boundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        },
        "kestrel.active_connections" => new MetricStreamConfiguration { TagKeys = [] },
        _ when instrument.Meter.Name.StartsWith("RandomChat.", StringComparison.Ordinal) || OfFramework.Contains(instrument.Name) => null,
        _ => MetricStreamConfiguration.Drop,
    };

    private static IReadOnlyList<System.Net.IPNetwork> Networks(IConfiguration settings) =>
        settings.List("Metrics:Networks") is { Count: > 0 } given
            ?
            [
                .. given.Select(text => ProxyOptions.Parse(text) ?? throw new OptionsValidationException(
                    "Metrics", typeof(MetricsOptions), [$"Metrics:Networks: '{text}' is neither an IP address nor a network such as 10.0.0.0/8."])),
            ]
            : [ProxyOptions.Parse("127.0.0.0/8")!.Value, ProxyOptions.Parse("::1")!.Value];
}

/// <summary>Settings section <c>Tracing</c>.</summary>
/// <param name="Endpoint">Where spans go, OTLP over HTTP; null: nowhere.</param>
/// <param name="Sampled">The share of what begins here that is recorded, 0 to 1.</param>
internal sealed record TracingOptions(Uri? Endpoint, double Sampled)
{
    private const double Usual = 0.01;

    /// <exception cref="OptionsValidationException">A setting is wrong.</exception>
    public static TracingOptions Read(IConfiguration settings)
    {
        var sampled = settings.GetValue("Tracing:Sampled", Usual);
        if (sampled is not (>= 0 and <= 1))
        {
            throw Wrong("Tracing:Sampled is 0 to 1, e.g. 0.01 for one of a hundred.");
        }

        if (settings["Tracing:Endpoint"] is not { Length: > 0 } text)
        {
            return new(null, sampled);
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
            ? new(endpoint, sampled)
            : throw Wrong($"Tracing:Endpoint: '{text}' is no address such as http://collector:4318/v1/traces.");
    }

    private static OptionsValidationException Wrong(string why) => new("Tracing", typeof(TracingOptions), [why]);
}
