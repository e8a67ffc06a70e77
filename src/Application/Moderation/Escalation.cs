using System.Globalization;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>What became of the reports of browsers.</summary>
public interface IReporterRecords
{
    /// <summary>By browser; whoever is missing never had a report decided by people.</summary>
    /// <exception cref="DependencyUnavailableException">The records cannot be read now.</exception>
    ValueTask<IReadOnlyDictionary<Guid, ReporterRecord>> Find(IReadOnlyCollection<Guid> deviceIds, CancellationToken ct);
}

/// <summary>
/// Sanctions on which several reliable reporters agree, without anybody on the staff having looked: always marked as
/// automated, always open to an appeal. A severe one takes effect at once; any other is told at the next join or a while
/// later, so that it gives nobody away.
/// </summary>
public sealed class Escalation(
    CommandExecutor executor, IReporterRecords records, IBanIndex index, Sanctions sanctions, TimeProvider clock, ILogger<Escalation> log)
{
    /// <summary>How often <see cref="Advance"/> is to be called: what is due comes so much later at most.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(5);

    /// <summary>How often <see cref="Look"/> is to be called: what went wrong is made good, and nothing waits for it.</summary>
    public static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Reports that were not enough are judged again when others came or went; the same ones after so long, since what became
    /// of their reporters' other reports, and time, may have changed something.
    /// </summary>
    private static readonly TimeSpan JudgedAgainAfter = TimeSpan.FromHours(1);

    private const string Statement =
        "Several people reported this, independently of each other. The decision was made automatically; a person reads your appeal.";

    /// <summary>What was not enough.</summary>
    private readonly Dictionary<Guid, (string Reports, DateTimeOffset At)> _judged = [];

    /// <summary>
    /// Looks whether the open reports on a visitor are enough. Never fails: the reports stand in any case, and
    /// <see cref="Look"/> looks again.
    /// </summary>
    public Task Consider(Guid visitorId) => Attempt(visitorId, Judge);

    /// <summary>The visitor joins: what is to come, comes now.</summary>
    public async ValueTask Arrive(Guid visitorId)
    {
        if (index.IsEscalated(visitorId))
        {
            await Apply(visitorId);
        }
    }

    /// <summary>What is due by now, comes. Several nodes may do the same; it happens once.</summary>
    public async Task Advance(CancellationToken ct)
    {
        foreach (var visitorId in index.EscalationsDue())
        {
            ct.ThrowIfCancellationRequested();
            await Attempt(visitorId, Apply);
        }
    }

    /// <summary>
    /// Looks at whoever has reports enough and nothing to come of them: the look after the last report may have met somebody
    /// of the staff at work, read models that were away, or the end of its node. By one caller at a time, beside whatever
    /// else; several nodes may do the same.
    /// </summary>
    public async Task Look(CancellationToken ct)
    {
        var possible = index.EscalationsPossible();
        foreach (var gone in _judged.Keys.Except(possible.Select(one => one.VisitorId)).ToArray())
        {
            _judged.Remove(gone);
        }

        foreach (var (visitorId, reports) in possible)
        {
            ct.ThrowIfCancellationRequested();
            var now = clock.GetUtcNow();
            if (_judged.TryGetValue(visitorId, out var last) && last.Reports == reports && now - last.At < JudgedAgainAfter)
            {
                continue;
            }

            var isNotEnough = false;
            await Attempt(visitorId, async id => isNotEnough = await Judge(id));
            if (isNotEnough)
            {
                _judged[visitorId] = (reports, now);
            }
        }
    }

    /// <summary>Whatever goes wrong with one visitor holds up nobody else's.</summary>
    private async Task Attempt(Guid visitorId, Func<Guid, Task> step)
    {
        try
        {
            await step(visitorId);
        }
        catch (Exception e)
        {
            LogMessages.EscalationFailed(log, ReportPartnerHandler.CaseOf(visitorId), e);
        }
    }

    /// <returns>Whether nothing comes of the reports as they are; else something does, or somebody is at work on the case.</returns>
    private async Task<bool> Judge(Guid visitorId)
    {
        var caseId = ReportPartnerHandler.CaseOf(visitorId);
        var known = await executor.Load(Case.Decider, caseId, CancellationToken.None);
        var now = clock.GetUtcNow();
        if (known.Escalation is not null || known.IsClaimedByOther(null, now))
        {
            return false;
        }

        CaseEvent.Reported[] open = [.. known.OpenToEscalation];
        var found = await records.Find([.. open.Select(report => report.ReporterDeviceId).Distinct()], CancellationToken.None);
        var steps = await executor.Load(Ban.Decider, visitorId, CancellationToken.None);
        if (EscalationPolicy.Judge(open, device => found.GetValueOrDefault(device) ?? new(0, 0), steps.LastAutomatedStep, now) is not { } policy)
        {
            return true;
        }

        // The same for whoever comes to the same conclusion at the same moment, and another one after the next decision.
        var sanctionId = DerivedId.From("escalation", caseId, known.Decisions.ToString(CultureInfo.InvariantCulture));
        await executor.Execute(
            Case.Decider, caseId, new CaseCommand.Escalate(sanctionId, policy.Code, policy.IsSevere ? now : now + EscalationPolicy.Delay, now),
            DerivedId.From("case.escalate", sanctionId, string.Empty), EventMetadata.System, CancellationToken.None, cause: EventCause.PartOf(sanctionId));
        if (policy.IsSevere)
        {
            await Apply(visitorId);
        }

        return false;
    }

    private async Task Apply(Guid visitorId)
    {
        var caseId = ReportPartnerHandler.CaseOf(visitorId);
        var known = await executor.Load(Case.Decider, caseId, CancellationToken.None);
        if (known.Escalation is not { SanctionId: var sanctionId, Policy: var policy })
        {
            return;
        }

        var imposed = await sanctions.ByLadder(sanctionId, new(caseId), visitorId, policy, Statement, null, CancellationToken.None);
        if (imposed is Imposed.NotReserved)
        {
            // Decided already, or somebody is looking at it: what they decide comes instead.
            return;
        }

        await executor.Execute(
            Case.Decider, caseId,
            new CaseCommand.Decide(CaseOutcome.Upheld, (imposed as Imposed.Done)?.Sanction.Id, null, clock.GetUtcNow(), policy),
            DerivedId.From("case.decide", sanctionId, string.Empty), EventMetadata.System, CancellationToken.None, cause: EventCause.After(sanctionId));

        // It was about one policy: what else is open may be enough for a severe one.
        await Consider(visitorId);
    }
}
