using RandomChat.Application.Events;
using RandomChat.Application.Health;
using RandomChat.Application.Matchmaking;
using RandomChat.Web.Api;
using RandomChat.Web.Turn;

namespace RandomChat.Web.Health;

/// <summary><c>/health/live</c> and <c>/health/ready</c>.</summary>
public static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The log, the lobby and TURN; other dependencies add themselves.</summary>
    public static IServiceCollection AddReadiness(this IServiceCollection services) => services
        .AddSingleton<IReadinessCheck, TurnReadiness>()
        .AddReadinessCheck("event-log", async (provider, ct) =>
        {
            var nobody = StreamName.For("visitor", Guid.Empty);
            await foreach (var _ in provider.GetRequiredService<IEventStore>().Read(nobody, 0, ct))
            {
                break;
            }
        })
        .AddReadinessCheck("lobby", async (provider, ct) => await provider.GetRequiredService<ILobby>().Count(ct));

    /// <summary>Adds a dependency that is ready when <paramref name="ask"/> does not throw.</summary>
    public static IServiceCollection AddReadinessCheck(
        this IServiceCollection services, string name, Func<IServiceProvider, CancellationToken, Task> ask) =>
        services.AddSingleton<IReadinessCheck>(provider => new AskedReadiness(name, provider, ask));

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/health/live", () => Results.Ok(new { status = "live" }))
            .Gives("The process answers", typeof(LiveAnswer));
        endpoints.MapGet("/health/ready", async (
            HttpContext context, IEnumerable<IReadinessCheck> checks, TimeProvider clock, ILoggerFactory loggers, IHostApplicationLifetime lifetime) =>
        {
            var log = loggers.CreateLogger(typeof(HealthEndpoints));

            // From the moment it is told to stop, before it closes a connection, a balancer should send nobody here any more.
            var asked = lifetime.ApplicationStopping.IsCancellationRequested
                ? [new("server", false, "stopping")]
                : await Task.WhenAll(checks.Select(check => Ask(check, clock, log, context.RequestAborted)));
            var ready = asked.All(dependency => dependency.Ready);
            return Results.Json(
                new { status = ready ? "ready" : "unavailable", dependencies = asked.OrderBy(dependency => dependency.Name, StringComparer.Ordinal) },
                statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).Describes(new("Everything that the server depends on answers; 503 names what does not", null, typeof(ReadyAnswer), StatusCodes.Status200OK, [])
        {
            OtherStatus = StatusCodes.Status503ServiceUnavailable,
        });
    }

    private static async Task<DependencyState> Ask(IReadinessCheck check, TimeProvider clock, ILogger log, CancellationToken ct)
    {
        try
        {
            var readiness = await check.Check(ct).AsTask().WaitAsync(Patience, clock, ct);
            return new(check.Name, readiness.Ready, readiness.State);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogMessages.NotReady(log, check.Name, e);
            return new(check.Name, false, e is TimeoutException ? "no answer" : "unavailable");
        }
    }

    private sealed record DependencyState(string Name, bool Ready, string State);

    private sealed class AskedReadiness(string name, IServiceProvider provider, Func<IServiceProvider, CancellationToken, Task> ask)
        : IReadinessCheck
    {
        public string Name => name;

        public async ValueTask<Readiness> Check(CancellationToken ct)
        {
            await ask(provider, ct);
            return Readiness.Ok;
        }
    }
}
