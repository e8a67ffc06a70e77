using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;

namespace RandomChat.Application.Moderation;

/// <summary>Of which cases the evidence, and of which bans the words, are kept for another time than usual.</summary>
public interface IPreservedCases
{
    /// <summary>Those that are or were severe, and those on which a legal hold lasts, is over or was lifted.</summary>
    /// <exception cref="DependencyUnavailableException">They cannot be read now.</exception>
    Task<IReadOnlyList<Guid>> PreservedCases(CancellationToken ct);

    /// <summary>Bans for a severe policy that were not taken back, of visitors whose case is not severe.</summary>
    /// <exception cref="DependencyUnavailableException">They cannot be read now.</exception>
    Task<IReadOnlyList<SevereBan>> SevereBansAlone(CancellationToken ct);

    /// <summary>Who is banned for good.</summary>
    /// <exception cref="DependencyUnavailableException">They cannot be read now.</exception>
    Task<IReadOnlyList<Guid>> BannedForGood(CancellationToken ct);
}

/// <param name="Policy">The code of the policy that was broken.</param>
/// <param name="By">Who of the staff; null where it was automated.</param>
public sealed record SevereBan(Guid SanctionId, Guid VisitorId, string Policy, Guid? By);

/// <summary>
/// Makes the case of whoever is banned for a severe policy severe, and gives the evidence of every preserved case, and the words about
/// every ban for good, the time that they have to have: what an outage, or the end of a node between two events or an event and its keys, left undone. Remembers nothing,
/// so that it does not matter which of them it was.
/// </summary>
public sealed class PreservationSweep(IPreservedCases cases, Preservation preservation, TimeProvider clock, ILogger<PreservationSweep> log)
{
    /// <summary>What goes wrong with one case holds up none of the others.</summary>
    /// <returns>Whether nothing is left to do.</returns>
    /// <exception cref="DependencyUnavailableException">Which cases there are cannot be read now.</exception>
    public async Task<bool> Run(CancellationToken ct)
    {
        var steps = (await cases.SevereBansAlone(ct)).Select(ban => (Func<Task>)(() => preservation.FindSevere(ban, clock.GetUtcNow(), ct)))
            .Concat((await cases.PreservedCases(ct)).Select(caseId => (Func<Task>)(() => preservation.Apply(caseId, ct))))
            .Concat((await cases.BannedForGood(ct)).Select(banned => (Func<Task>)(() => preservation.KeepWords(banned, clock.GetUtcNow(), ct))));
        var (failed, failure) = (0, (Exception?)null);
        foreach (var step in steps)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                await step();
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                (failed, failure) = (failed + 1, e);
            }
        }

        if (failure is not null)
        {
            LogMessages.CasesNotKeptYet(log, failed, failure);
        }

        return failure is null;
    }
}
