using RandomChat.Application.Health;

namespace RandomChat.Web.Health;

/// <summary>Everything that this server depends on, asked at once.</summary>
public sealed class Dependencies(IEnumerable<IReadinessCheck> checks, TimeProvider clock, ILogger<Dependencies> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>How each of them is, by name. Whoever does not answer in time is not ready.</summary>
    /// <param name="say">Whether to log what is wrong with those that are not.</param>
    public async Task<IReadOnlyList<DependencyState>> Ask(bool say, CancellationToken ct) =>
        [.. (await Task.WhenAll(checks.Select(check => Ask(check, say, ct)))).OrderBy(dependency => dependency.Name, StringComparer.Ordinal)];

    private async Task<DependencyState> Ask(IReadinessCheck check, bool say, CancellationToken ct)
    {
        try
        {
            var readiness = await check.Check(ct).AsTask().WaitAsync(Patience, clock, ct);
            return new(check.Name, readiness.Ready, readiness.State);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            if (say)
            {
                LogMessages.NotReady(log, check.Name, e);
            }

            return new(check.Name, false, e is TimeoutException ? "no answer" : "unavailable");
        }
    }
}

/// <param name="State">A few words for an operator.</param>
public sealed record DependencyState(string Name, bool Ready, string State);
