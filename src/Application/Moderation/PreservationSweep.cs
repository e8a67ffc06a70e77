using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;

namespace RandomChat.Application.Moderation;

/// <summary>Which cases' evidence is kept for another time than usual.</summary>
public interface IPreservedCases
{
    /// <summary>Severe ones, and those on which a legal hold lasts, is over or was lifted.</summary>
    /// <exception cref="DependencyUnavailableException">They cannot be read now.</exception>
    Task<IReadOnlyList<Guid>> PreservedCases(CancellationToken ct);
}

/// <summary>
/// Gives the evidence of every preserved case the time that it has to have: what an outage of the key store, or the end of a
/// node between an event and its keys, left undone. Remembers nothing, so that it does not matter which of the two it was.
/// </summary>
public sealed class PreservationSweep(IPreservedCases cases, Preservation preservation, ILogger<PreservationSweep> log)
{
    /// <summary>What goes wrong with one case holds up none of the others.</summary>
    /// <returns>Whether nothing is left to do.</returns>
    /// <exception cref="DependencyUnavailableException">Which cases there are cannot be read now.</exception>
    public async Task<bool> Run(CancellationToken ct)
    {
        var (failed, failure) = (0, (Exception?)null);
        foreach (var caseId in await cases.PreservedCases(ct))
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                await preservation.Apply(caseId, ct);
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
