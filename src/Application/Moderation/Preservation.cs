using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>How much of a case's evidence there is: of how many reports and flags.</summary>
/// <param name="Kept">It can be opened.</param>
/// <param name="Destroyed">Its time was over before.</param>
/// <param name="Pending">The key store did not answer: <see cref="PreservationSweep"/> comes back to it.</param>
public sealed record PreservedEvidence(int Kept, int Destroyed, int Pending = 0);

/// <summary>
/// Lets the keys of a case's evidence live as long as the case says: usually for <c>Retention:Cases</c>, for
/// <c>Retention:SevereCases</c> where it is severe, longer under a legal hold. An erasure of either visitor does not touch them.
/// Whoever knows a case from before may lengthen by it and no more; shortened is only by a case that was read for it.
/// </summary>
public sealed class Preservation(CommandExecutor executor, ISealer sealer, IOptions<RetentionOptions> retention, ILogger<Preservation> log)
{
    /// <summary>Lengthens what this state says. Never fails its caller: <see cref="PreservationSweep"/> makes good what is left undone.</summary>
    public Task Ensure(Guid caseId, CaseState known, CancellationToken ct) =>
        known.IsPreserved ? Attempt(caseId, async () => await Lengthen(known, ct), ct) : Task.CompletedTask;

    /// <summary>The same of one report alone, which just came: what of the others this changes is left to <see cref="PreservationSweep"/>.</summary>
    public Task EnsureNew(Guid caseId, CaseState known, ICaseItem item) => known.IsPreserved && item.CaseKey is { } key
        ? Attempt(caseId, async () => await sealer.KeepCaseKeys([new(key, EndOf(known, item))], CancellationToken.None), CancellationToken.None)
        : Task.CompletedTask;

    /// <summary>After a hold was placed or lifted: lengthens, and shortens what was kept for longer until now. Never fails its caller, like <see cref="Ensure"/>.</summary>
    public async Task<PreservedEvidence> Settle(Guid caseId, CaseState known, CancellationToken ct)
    {
        var evidence = new PreservedEvidence(0, 0, known.Items.Count(item => item.CaseKey is not null));
        await Attempt(
            caseId,
            async () =>
            {
                evidence = await Lengthen(known, ct);
                if (known.WasKeptLonger)
                {
                    await Shorten(caseId, ct);
                }
            },
            ct);
        return evidence;
    }

    /// <summary>A ban for a severe policy makes the case of its visitor severe, also one in which nothing was reported yet.</summary>
    /// <exception cref="DependencyUnavailableException">It is not done.</exception>
    public async Task FindSevere(SevereBan ban, DateTimeOffset now, CancellationToken ct)
    {
        var caseId = ReportPartnerHandler.CaseOf(ban.VisitorId);
        if (await executor.Execute(
            Case.Decider, caseId, new CaseCommand.FindSevere(caseId, ban.VisitorId, ban.Policy, ban.By, now),
            DerivedId.From("case.severe", ban.SanctionId, string.Empty), ban.By is { } staff ? EventMetadata.Staff(staff) : EventMetadata.System, ct)
            is Executed<CaseEvent, CaseState>.Done { State: var severe })
        {
            await Ensure(caseId, severe, ct);
        }
    }

    /// <summary>
    /// Whoever reviews a ban for good reads why it was issued, what was said against it and why it was kept: the words about one can be
    /// read while it lasts, and until <c>Retention:Cases</c> after its next review is due.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">It is not done.</exception>
    public async Task KeepWords(Guid bannedId, DateTimeOffset now, CancellationToken ct)
    {
        if ((await executor.Load(Ban.Decider, bannedId, ct)).ActiveAt(now) is not { ReviewDueAt: { } due } ban)
        {
            return;
        }

        while (due <= now)
        {
            // Nobody looked when it was due: it lasts nevertheless.
            due += Ban.ReviewedEvery;
        }

        var words = new[] { ban.Statement, ban.ReviewStatement, ban.Appeal?.Statement, ban.Appeal?.Answer }.OfType<string>();
        await sealer.KeepCaseKeys([.. words.Select(text => new KeyLife(sealer.CaseKeyOf(text), due + retention.Value.Cases))], ct);
    }

    /// <summary>Does all of it anew; doing it again changes nothing.</summary>
    /// <exception cref="DependencyUnavailableException">It is not finished yet.</exception>
    public async Task Apply(Guid caseId, CancellationToken ct)
    {
        var known = await executor.Load(Case.Decider, caseId, ct);
        if (known.IsPreserved)
        {
            await Lengthen(known, ct);
        }

        if (known.WasKeptLonger)
        {
            await Shorten(caseId, ct);
        }
    }

    private async Task<PreservedEvidence> Lengthen(CaseState known, CancellationToken ct)
    {
        var evidence = Evidence(known).ToList();
        var destroyed = await sealer.KeepCaseKeys([.. evidence, .. Reasons(known)], ct);
        var gone = evidence.Count(life => destroyed.Contains(life.Id));
        return new(evidence.Count - gone, gone);
    }

    private async Task Shorten(Guid caseId, CancellationToken ct)
    {
        var known = await executor.Load(Case.Decider, caseId, ct);
        await sealer.ShortenCaseKeys([.. Evidence(known).Concat(Reasons(known)).Where(life => life.DestroyAfter < KeyLife.NoEnd)], ct);

        // A hold that was placed since then has lengthened before or after this; it is to be after.
        await Lengthen(await executor.Load(Case.Decider, caseId, ct), ct);
    }

    private IEnumerable<KeyLife> Evidence(CaseState known) =>
        known.Items.Where(item => item.CaseKey is not null).Select(item => new KeyLife(item.CaseKey!, EndOf(known, item)));

    private DateTimeOffset EndOf(CaseState known, ICaseItem item) =>
        known.EvidenceEnds(item, retention.Value.Cases, retention.Value.SevereCases) ?? KeyLife.NoEnd;

    /// <summary>Why a hold was placed can be read while it lasts, and then for as long as any statement; a note for as long as evidence of its day.</summary>
    private IEnumerable<KeyLife> Reasons(CaseState known) => known.Holds.Select(hold => new KeyLife(
        hold.Placed.CaseKey, hold.Ends is { } end && end < KeyLife.NoEnd - retention.Value.Cases ? end + retention.Value.Cases : KeyLife.NoEnd))
        .Concat(known.Notes.Select(note => new KeyLife(
            note.CaseKey, known.Ends(note.At, retention.Value.Cases, retention.Value.SevereCases) ?? KeyLife.NoEnd)));

    private async Task Attempt(Guid caseId, Func<Task> work, CancellationToken ct)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogMessages.EvidenceNotKeptYet(log, caseId, e);
        }
    }
}
