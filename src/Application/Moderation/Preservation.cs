using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>How much of a case's evidence there is.</summary>
/// <param name="Kept">Reports and flags whose evidence can be opened.</param>
/// <param name="Destroyed">Reports and flags whose time was over before.</param>
public sealed record PreservedEvidence(int Kept, int Destroyed);

/// <summary>
/// Lets the keys of a case's evidence live as long as the case says: usually for <c>Retention:Cases</c>, for
/// <c>Retention:SevereCases</c> where it is severe, longer under a legal hold. An erasure of either visitor does not touch them.
/// </summary>
public sealed class Preservation(ISealer sealer, IOptions<RetentionOptions> retention, ILogger<Preservation> log)
{
    /// <summary>Doing it again changes nothing, or finishes what an outage left undone.</summary>
    /// <exception cref="DependencyUnavailableException">It is not finished yet.</exception>
    public async Task<PreservedEvidence> Apply(CaseState known, CancellationToken ct)
    {
        var (kept, destroyed) = (0, 0);
        foreach (var item in known.Items)
        {
            if (item.CaseKey is not { } key)
            {
                continue;
            }

            if (await sealer.EndCaseKey(key, known.EvidenceEnds(item, retention.Value.Cases, retention.Value.SevereCases), ct))
            {
                kept++;
            }
            else
            {
                destroyed++;
            }
        }

        foreach (var hold in known.Holds)
        {
            // Why it was placed can be read while it lasts, and then for as long as any statement.
            await sealer.EndCaseKey(hold.Placed.CaseKey, hold.Ends + retention.Value.Cases, ct);
        }

        return new(kept, destroyed);
    }

    /// <summary>The same where nothing may fail by it: a report was recorded, or is looked at.</summary>
    public async Task Ensure(Guid caseId, CaseState known, CancellationToken ct)
    {
        if (!known.IsPreserved)
        {
            return;
        }

        try
        {
            await Apply(known, ct);
        }
        catch (DependencyUnavailableException e)
        {
            LogMessages.EvidenceNotKeptYet(log, caseId, e);
        }
    }
}
