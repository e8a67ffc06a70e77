using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Bots;

/// <summary>
/// The last step of a suspicion: people look. The case of the visitor whose browser behaves like a program is opened, or
/// joined, once for a browser and a day. Nothing else follows from it: nobody is shut out or set apart by a program's word.
/// </summary>
public sealed class SuspectCases(Suspicion suspicion, CommandExecutor executor, TimeProvider clock, ILogger<SuspectCases> log)
{
    private readonly ConcurrentDictionary<Guid, DateOnly> flagged = [];

    /// <summary>Somebody asks to wait, or to wait again. Never fails: who goes on like that comes by again.</summary>
    public async Task Consider(Guid visitorId, Guid deviceId)
    {
        var now = clock.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (suspicion.StepOf(deviceId) < SuspicionStep.Case || !Take(deviceId, today))
        {
            return;
        }

        var caseId = ReportPartnerHandler.CaseOf(visitorId);
        try
        {
            // Of browser and visitor: another node, which does not know of this one's, may flag the same browser as somebody else.
            var flagId = DerivedId.From("flag.browser", deviceId, visitorId, today.ToString("O", CultureInfo.InvariantCulture));
            var habits = string.Join(", ", suspicion.HabitsOf(deviceId).Select(habit => habit.ToString().ToLowerInvariant()));
            var flag = new CaseEvent.Flagged(caseId, flagId, visitorId, deviceId, Policies.Spam, null, null, null, null, null, null, 0, now, habits);
            await executor.Execute(Case.Decider, caseId, new CaseCommand.Flag(flag), flagId, EventMetadata.System, CancellationToken.None);
        }
        catch (Exception e)
        {
            flagged.TryRemove(new(deviceId, today));
            LogMessages.SuspectNotFlagged(log, caseId, e);
        }
    }

    private bool Take(Guid deviceId, DateOnly today)
    {
        foreach (var past in flagged.Where(one => one.Value < today))
        {
            flagged.TryRemove(past);
        }

        return flagged.TryAdd(deviceId, today);
    }
}
