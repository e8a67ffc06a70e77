using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Domain;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Screening;

/// <summary>Records verdicts on the streams of their matches, each once whatever is tried again.</summary>
public sealed class Verdicts
{
    private readonly CommandExecutor executor;
    private readonly ILogger<Verdicts> log;
    private readonly PendingWrites<(Guid MatchId, MatchCommand.Screen Command)> pending;

    public Verdicts(CommandExecutor executor, ILogger<Verdicts> log)
    {
        this.executor = executor;
        this.log = log;
        pending = new((one, ct) => Write(one.MatchId, one.Command, ct), one => Describe(one.MatchId), log);
    }

    /// <summary>Records a verdict; returns when it is durable.</summary>
    /// <param name="known">What the caller knows of the match's stream, no verdict on this message among it; else null.</param>
    /// <returns>What is known of it by then.</returns>
    /// <exception cref="DependencyUnavailableException">It is not known to be recorded.</exception>
    public async Task<KnownStream<MatchState>?> Record(Guid matchId, MatchCommand.Screen command, KnownStream<MatchState>? known, CancellationToken ct)
    {
        switch (await Execute(matchId, command, known, ct))
        {
            case Executed<MatchEvent, MatchState>.Done done:
                return new(done.State, done.Revision);
            case Executed<MatchEvent, MatchState>.Refused refused:
                LogMessages.PendingRefused(log, Describe(matchId), refused.Reason.Code);
                break;
        }

        return known;
    }

    /// <summary>The same soon, for a message that is delivered already: nobody waits for it.</summary>
    public void RecordSoon(Guid matchId, MatchCommand.Screen command) => pending.Add((matchId, command));

    /// <inheritdoc cref="PendingWrites{T}.Flush"/>
    public Task Flush(CancellationToken ct) => pending.Flush(ct);

    /// <summary>Returns when every verdict on the messages of a match that this node has given is durable.</summary>
    /// <exception cref="DependencyUnavailableException">The log does not take them now.</exception>
    public Task Settle(Guid matchId, CancellationToken ct) => pending.WriteNow(one => one.MatchId == matchId, ct);

    private static string Describe(Guid matchId) => $"a verdict on a message of match {matchId:D}";

    private async Task<Rejection?> Write(Guid matchId, MatchCommand.Screen command, CancellationToken ct) =>
        await Execute(matchId, command, null, ct) is Executed<MatchEvent, MatchState>.Refused { Reason: var reason } ? reason : null;

    private Task<Executed<MatchEvent, MatchState>> Execute(
        Guid matchId, MatchCommand.Screen command, KnownStream<MatchState>? known, CancellationToken ct)
    {
        var id = DerivedId.From("screening", matchId, $"{command.MessageId:D} {command.Verdict.Rule}");
        return executor.Execute(Match.Decider, matchId, command, id, EventMetadata.System, ct, known);
    }
}
