using Microsoft.Extensions.Options;
using RandomChat.Application.Health;

namespace RandomChat.Web.Turn;

/// <summary>
/// Whether calls find a relay: every TURN URL is asked for an allocation, with credentials like a visitor's. Ready where
/// one gives it; the others are named.
/// </summary>
public sealed class TurnReadiness(IOptions<IceOptions> options, IceServers servers, TimeProvider clock) : IReadinessCheck
{
    /// <summary>Shorter than readiness waits, so that whoever has not answered is named.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(2_500);

    /// <summary>However often readiness is asked, the servers are not asked more often.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(10);

    private readonly TurnClient client = new(clock);
    private readonly Lock gate = new();
    private Task<Readiness>? asked;
    private long askedAt;

    public string Name => "turn";

    public ValueTask<Readiness> Check(CancellationToken ct)
    {
        if (!options.Value.HasTurn)
        {
            return new(options.Value.Policy == "relay"
                ? Readiness.Down("not configured, but Ice:Policy=relay needs it")
                : new Readiness(true, "not configured"));
        }

        lock (gate)
        {
            if (asked is null || (asked.IsCompleted && clock.GetElapsedTime(askedAt) >= Freshness))
            {
                (asked, askedAt) = (Ask(), clock.GetTimestamp());
            }

            return new(asked.WaitAsync(ct));
        }
    }

    private async Task<Readiness> Ask()
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        var credentials = servers.Current().Servers.Single(server => server.Credential is not null);
        var answers = await Task.WhenAll(credentials.Urls.Select(async text =>
            TurnUrl.Parse(text) is { } url ? (Url: url, Answer: await client.Ask(url, credentials, patience.Token)) : throw new UriFormatException(text)));
        var failed = string.Join(", ", answers
            .Where(answer => answer.Answer != TurnAnswer.Allocated)
            .Select(answer => $"{answer.Url} {Words(answer.Answer)}")
            .Distinct());
        return failed.Length == 0 ? Readiness.Ok : new(answers.Any(answer => answer.Answer == TurnAnswer.Allocated), failed);
    }

    private static string Words(TurnAnswer answer) => answer switch
    {
        TurnAnswer.CredentialsRefused => "credentials refused",
        TurnAnswer.NoAllocation => "no allocation",
        TurnAnswer.TlsRefused => "TLS refused",
        _ => "no answer",
    };
}
