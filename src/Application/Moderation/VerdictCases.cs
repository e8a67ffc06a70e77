using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Which verdicts that people look at no case knows of yet, from the log.</summary>
public interface ICaseVerdictIndex
{
    /// <summary>Oldest first; of each match, sender and policy the first one that warns and the first that does not.</summary>
    IReadOnlyList<CaseVerdict> Unflagged();

    /// <summary>Says which verdict came, after the index has read it; also of matches on other nodes.</summary>
    event Action<CaseVerdict>? Came;
}

/// <summary>A verdict that people look at without a report (<see cref="CaseVerdicts"/>).</summary>
/// <param name="VisitorId">Who wrote the message.</param>
/// <param name="Policy">The code of the policy.</param>
/// <param name="Warns">Whether it is severe: its sender is warned at once.</param>
public sealed record CaseVerdict(Guid MatchId, Guid MessageId, Guid VisitorId, string Policy, bool Warns, DateTimeOffset At)
{
    /// <summary>Of the flag that it leads to: one for a match, sender and policy, and another one where it warns.</summary>
    public Guid FlagId => DerivedId.From(Warns ? "flag" : "flag.queued", MatchId, VisitorId, Policy);
}

/// <summary>
/// What verdicts lead to without a report: the sender's case is opened, or joined, for people to look, and where it is severe
/// the sender is warned at once, marked as automated and open to an appeal. Whatever is tried again happens once.
/// </summary>
public sealed class VerdictCases(
    ICaseVerdictIndex index, CommandExecutor executor, EvidenceCollector collector, ISealer sealer, Preservation preservation, TimeProvider clock,
    ILogger<VerdictCases> log)
{
    private const string Statement =
        "Something you wrote was taken for a severe breach of this rule. That was decided automatically; a person reads your appeal. It counts no strikes unless a person finds so.";

    /// <summary>The sanction that a flag of the screening comes with.</summary>
    public static Guid WarningOf(Guid flagId) => DerivedId.From("flag.warning", flagId, string.Empty);

    /// <summary>Makes good what was left undone. What goes wrong with one holds up none of the others.</summary>
    public async Task Advance(CancellationToken ct)
    {
        foreach (var verdict in index.Unflagged())
        {
            ct.ThrowIfCancellationRequested();
            await Follow(verdict);
        }
    }

    /// <summary>Never fails: <see cref="Advance"/> comes back to it.</summary>
    public async Task Follow(CaseVerdict verdict)
    {
        var caseId = ReportPartnerHandler.CaseOf(verdict.VisitorId);
        try
        {
            var known = await executor.Load(Case.Decider, caseId, CancellationToken.None);
            if (!known.Flags.ContainsKey(verdict.FlagId))
            {
                // The warning first: as long as there is no flag, both are tried again.
                if (verdict.Warns)
                {
                    await Warn(verdict, verdict.FlagId);
                }

                await Flag(verdict, caseId, verdict.FlagId);
            }
        }
        catch (Exception e)
        {
            LogMessages.VerdictNotFollowed(log, caseId, e);
        }
    }

    private async Task Warn(CaseVerdict verdict, Guid flagId)
    {
        var now = clock.GetUtcNow();
        if (now - verdict.At > Ban.WarnedOnceIn)
        {
            // Nobody would know what it is about.
            return;
        }

        var sanctionId = WarningOf(flagId);
        var known = await executor.Load(Ban.Decider, verdict.VisitorId, CancellationToken.None);
        if (known.Find(sanctionId) is not null || known.IsSanctionedFor(verdict.Policy, now - Ban.WarnedOnceIn))
        {
            // Each statement takes a key: none for what would change nothing.
            return;
        }

        var statement = await Statements.Seal(sealer, sanctionId, Statement, CancellationToken.None);
        await executor.Execute(
            Ban.Decider, verdict.VisitorId, new BanCommand.Warn(sanctionId, verdict.VisitorId, verdict.Policy, statement, now), sanctionId,
            EventMetadata.System, CancellationToken.None, cause: EventCause.After(flagId));
    }

    private async Task Flag(CaseVerdict verdict, Guid caseId, Guid flagId)
    {
        var now = clock.GetUtcNow();
        var match = await executor.Load(Match.Decider, verdict.MatchId, CancellationToken.None);
        var evidence = await collector.Collect(verdict.MatchId, null, verdict.VisitorId, now, CancellationToken.None);
        if (evidence.Verdicts!.FirstOrDefault(screened =>
            screened.MessageId == verdict.MessageId && CaseVerdicts.PolicyOf(screened.Verdict)?.Code == verdict.Policy
            && CaseVerdicts.Warns(screened.Verdict) == verdict.Warns) is not { } what)
        {
            throw new InvalidOperationException($"Match {verdict.MatchId} holds no such verdict on message {verdict.MessageId}.");
        }

        // It takes a key: none for what fails before.
        var kept = await collector.Seal(evidence, flagId, CancellationToken.None);
        var flag = new CaseEvent.Flagged(
            caseId, flagId, verdict.VisitorId, match.TicketOf(verdict.VisitorId)!.DeviceId, verdict.Policy, verdict.MatchId, verdict.MessageId,
            what.Verdict, kept.CaseKey, kept.Text, kept.Hash, kept.Messages, now);
        if (await executor.Execute(Case.Decider, caseId, new CaseCommand.Flag(flag), flagId, EventMetadata.System, CancellationToken.None)
            is Executed<CaseEvent, CaseState>.Done { State: var flagged })
        {
            await preservation.Ensure(caseId, flagged, CancellationToken.None);
        }
    }
}
