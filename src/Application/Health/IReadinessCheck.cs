namespace RandomChat.Application.Health;

/// <summary>Something this program needs, as <c>/health/ready</c> lists it.</summary>
public interface IReadinessCheck
{
    /// <summary>The dependency's name in answers, e.g. <c>event-log</c>.</summary>
    string Name { get; }

    /// <summary>Asks it. An exception counts as not ready.</summary>
    ValueTask<Readiness> Check(CancellationToken ct);
}

/// <param name="State">A few words for an operator: <c>ok</c>, <c>not configured</c>, <c>unavailable</c>.</param>
public readonly record struct Readiness(bool Ready, string State)
{
    public static Readiness Ok { get; } = new(true, "ok");

    public static Readiness Down(string state) => new(false, state);
}
