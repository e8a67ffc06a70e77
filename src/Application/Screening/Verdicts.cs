using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Domain.Matches;

namespace RandomChat.Application.Screening;

/// <summary>Records verdicts on the streams of their matches, each once whatever is tried again.</summary>
public sealed class Verdicts(CommandExecutor executor, ILogger<Verdicts> log)
{
    private readonly ConcurrentQueue<(Guid MatchId, MatchCommand.Screen Command)> pending = new();

    /// <summary>Records a verdict; returns when it is durable.</summary>
    /// <exception cref="DependencyUnavailableException">Nothing was recorded.</exception>
    public async Task Record(Guid matchId, MatchCommand.Screen command, CancellationToken ct)
    {
        var id = DerivedId.From("screening", matchId, $"{command.MessageId:D} {command.Verdict.Rule}");
        await executor.Execute(Match.Decider, matchId, command, id, EventMetadata.System, ct);
    }

    /// <summary>The same for a message that is delivered already: where the log does not take it now, it is tried again.</summary>
    public async Task RecordSoon(Guid matchId, MatchCommand.Screen command)
    {
        try
        {
            await Record(matchId, command, CancellationToken.None);
        }
        catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
        {
            LogMessages.VerdictNotWritten(log, matchId, e);
            pending.Enqueue((matchId, command));
        }
    }

    /// <summary>Writes what is pending, until the log refuses; the rest is kept for the next time.</summary>
    public async Task Flush(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested && pending.TryPeek(out var verdict))
        {
            try
            {
                await Record(verdict.MatchId, verdict.Command, ct);
                pending.TryDequeue(out _);
            }
            catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
            {
                return;
            }
        }
    }
}
