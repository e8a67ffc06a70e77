using RandomChat.Application.Health;

namespace RandomChat.Projections.Engine;

/// <summary>Whether a projection goes on. To be behind is no fault; to have stopped is one.</summary>
/// <param name="isStuck">Whether this node should follow the log and cannot.</param>
internal sealed class ProjectionReadiness(IReadStore store, Projection projection, Func<bool> isStuck) : IReadinessCheck
{
    public string Name => $"projection:{projection.Name}";

    public async ValueTask<Readiness> Check(CancellationToken ct) => await store.ReadCheckpoint(projection, ct) switch
    {
        _ when isStuck() => Readiness.Down("cannot be brought up to date"),
        null => new(true, "not built yet"),
        // What went wrong may quote an event, and readiness is for everybody: the command line's status tells it.
        { Error: not null, ErrorPosition: { } position } => Readiness.Down($"stopped at position {position}"),
        { Error: not null } => Readiness.Down("stopped"),
        var checkpoint when checkpoint.Version != projection.Version => new(true, $"version {projection.Version} is being built"),
        _ => Readiness.Ok,
    };
}
