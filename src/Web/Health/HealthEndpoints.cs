using RandomChat.Application.Events;
using RandomChat.Application.Health;
using RandomChat.Application.Matchmaking;
using RandomChat.Web.Api;
using RandomChat.Web.Turn;

namespace RandomChat.Web.Health;

/// <summary><c>/health/live</c> and <c>/health/ready</c>.</summary>
public static class HealthEndpoints
{
    /// <summary>The log, the lobby and TURN; other dependencies add themselves.</summary>
    public static IServiceCollection AddReadiness(this IServiceCollection services) => services
        .AddSingleton<Dependencies>()
        .AddSingleton<IReadinessCheck, TurnReadiness>()
        .AddReadinessCheck("event-log", async (provider, ct) =>
        {
            var nobody = StreamName.For("visitor", Guid.Empty);
            await foreach (var _ in provider.GetRequiredService<IEventStore>().Read(nobody, 0, ct))
            {
                break;
            }

            if (provider.GetService<IAppendProof>() is { } appends)
            {
                await appends.ProveAppends(ct);
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
        endpoints.MapGet("/health/ready", async (HttpContext context, Dependencies dependencies, IHostApplicationLifetime lifetime) =>
        {
            // From the moment it is told to stop, before it closes a connection, a balancer should send nobody here any more.
            IReadOnlyList<DependencyState> asked = lifetime.ApplicationStopping.IsCancellationRequested
                ? [new("server", false, "stopping")]
                : await dependencies.Ask(say: true, context.RequestAborted);
            var ready = asked.All(dependency => dependency.Ready);
            return Results.Json(
                new { status = ready ? "ready" : "unavailable", dependencies = asked },
                statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        }).Describes(new("Everything that the server depends on answers; 503 names what does not", null, typeof(ReadyAnswer), StatusCodes.Status200OK, [])
        {
            OtherStatus = StatusCodes.Status503ServiceUnavailable,
        });
    }

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
