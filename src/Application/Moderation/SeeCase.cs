using Mediator;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>A case as somebody of the staff works on it, without its evidence: to open that is an event of its own.</summary>
/// <param name="By">Who of the staff looks.</param>
/// <param name="HandlesSevere">Whether they may see severe cases; from others the words about one are withheld.</param>
public sealed record SeeCase(Guid CaseId, Guid By, bool HandlesSevere = false) : IRequest<Outcome<SeenCase>>;

/// <param name="VisitorId">Whom it is about.</param>
/// <param name="Items">What is open in it, oldest first.</param>
/// <param name="ToDecide">How many of those a decision of whoever looks would be about.</param>
/// <param name="ClaimedBy">Who works on it; null where nobody does, or where it is being decided automatically.</param>
/// <param name="ClaimedUntil">Null where nobody works on it.</param>
/// <param name="Escalates">A sanction comes by itself at this moment; null where none does.</param>
/// <param name="HeldUntil">The end of a legal hold that has one.</param>
/// <param name="Restricted">It is severe, and withheld from whoever looks.</param>
/// <param name="Strikes">That count now.</param>
/// <param name="Warnings">Those that were not taken back; <paramref name="Bans"/> the same of bans.</param>
/// <param name="IsBanned">A ban lasts.</param>
/// <param name="Version">A decision says that it was made on this.</param>
/// <param name="Notes">Oldest first; withheld where <paramref name="Restricted"/>.</param>
/// <param name="HandedOnBy">Who handed what is open on to whoever may see severe cases; null where nobody did.</param>
/// <param name="UndoneUntil">Until when whoever looks may take back the last decision; null where they may not.</param>
/// <param name="Exports">Each time that it was handed out for authorities, with why; withheld where <paramref name="Restricted"/>.</param>
/// <param name="LastViewed">Who looked into it last, when it is severe, and that was not whoever looks now.</param>
/// <param name="Past">What is decided in it, latest first, <see cref="MostPast"/> at most.</param>
public sealed record SeenCase(
    Guid CaseId, Guid VisitorId, IReadOnlyList<SeenItem> Items, int ToDecide, Guid? ClaimedBy, DateTimeOffset? ClaimedUntil, DateTimeOffset? Escalates,
    bool IsHeld, DateTimeOffset? HeldUntil, bool IsSevere, bool Restricted, int Strikes, int Warnings, int Bans, bool IsBanned, int Version,
    IReadOnlyList<SeenNote> Notes, Guid? HandedOnBy, DateTimeOffset? UndoneUntil, IReadOnlyList<SeenItem> Past,
    IReadOnlyList<SeenExport> Exports, (Guid By, DateTimeOffset At)? LastViewed)
{
    public const int MostPast = 20;

    /// <summary>Whether only whoever may see severe cases works on it, for either reason.</summary>
    public bool IsForFew => IsSevere || HandedOnBy is not null;
}

/// <param name="By">Who of the staff.</param>
/// <param name="Why">Null the first time, and where it is forgotten.</param>
public sealed record SeenExport(Guid By, DateTimeOffset At, string ManifestHash, int Reports, string? Why);

/// <param name="By">Who of the staff.</param>
/// <param name="Text">Null where it is forgotten.</param>
public sealed record SeenNote(Guid By, DateTimeOffset At, string? Text);

/// <param name="Policy">The code of the policy that is said to be broken.</param>
/// <param name="ReporterId">Null where nobody reported it.</param>
/// <param name="Comment">What the reporter wrote; null where nothing, or where it is forgotten or withheld.</param>
/// <param name="Messages">How many are in its evidence.</param>
/// <param name="EvidenceHash">Null where there is none.</param>
/// <param name="ReporterDeviceId">Their browser: what became of its other reports says how much this one counts.</param>
/// <param name="IsSeen">Whoever looks has opened it, or something that came after it.</param>
/// <param name="Outcome">What was decided; null while it is open.</param>
/// <param name="KeptUntil">When its evidence is destroyed, as things stand; null while a hold lasts that only its release ends.</param>
public sealed record SeenItem(
    Guid Id, string Policy, DateTimeOffset At, Guid? MatchId, Guid? ReporterId, Guid? ReporterDeviceId, string? Comment, string? Habits, int Messages,
    string? EvidenceHash, bool IsSeen, CaseEvent.Decided? Outcome, DateTimeOffset? KeptUntil);

public sealed class SeeCaseHandler(CommandExecutor executor, ISealer sealer, IOptions<RetentionOptions> retention, TimeProvider clock) : IRequestHandler<SeeCase, Outcome<SeenCase>>
{
    public async ValueTask<Outcome<SeenCase>> Handle(SeeCase request, CancellationToken cancellationToken)
    {
        var state = await executor.Load(Case.Decider, request.CaseId, cancellationToken);
        if (state.Subject is not var (caseId, visitorId))
        {
            return Refusal.NotFound("There is no such case.");
        }

        var now = clock.GetUtcNow();
        var isRestricted = state.IsSevere && !request.HandlesSevere;
        var seen = state.Seen.GetValueOrDefault(request.By);
        async Task<List<SeenItem>> Seen(IEnumerable<ICaseItem> wanted)
        {
            var items = new List<SeenItem>();
            foreach (var item in wanted)
            {
                var (reported, flagged) = (item as CaseEvent.Reported, item as CaseEvent.Flagged);
                items.Add(new(
                    item.Id, item.Policy, item.At, reported?.MatchId ?? flagged?.MatchId, reported?.ReporterId, reported?.ReporterDeviceId,
                    item.Comment is { } comment && !isRestricted ? await sealer.OpenForCase(item.Id, comment, cancellationToken) : null,
                    flagged?.Habits, reported?.EvidenceMessages ?? flagged!.EvidenceMessages, item.EvidenceHash, seen?.Contains(item.Id) == true,
                    state.Outcomes.GetValueOrDefault(item.Id), state.EvidenceEnds(item, retention.Value.Cases, retention.Value.SevereCases)));
            }

            return items;
        }


        var notes = new List<SeenNote>(state.Notes.Count);
        foreach (var note in isRestricted ? [] : state.Notes)
        {
            notes.Add(new(note.By, note.At, await sealer.OpenForCase(note.NoteId, note.Note, cancellationToken)));
        }

        var exports = new List<SeenExport>(state.Exports.Count);
        foreach (var export in isRestricted ? [] : state.Exports)
        {
            exports.Add(new(
                export.By, export.At, export.ManifestHash, export.Reports,
                export.Why is { } why ? await sealer.OpenForCase(export.ExportId, why, cancellationToken) : null));
        }

        var sanctions = await executor.Load(Ban.Decider, visitorId, cancellationToken);
        var claim = state.Claim is { } known && known.Until > now ? known : null;
        var hold = state.HoldAt(now);
        return new SeenCase(
            caseId, visitorId, await Seen(state.Open), state.ToDecide(request.By).Count, claim?.By, claim?.Until, state.Escalation?.DueAt, hold is not null, hold?.Ends,
            state.IsSevere, isRestricted, sanctions.StrikesAt(now), sanctions.Sanctions.Count(sanction => sanction is { IsBan: false, IsTakenBack: false }),
            sanctions.Sanctions.Count(sanction => sanction is { IsBan: true, IsTakenBack: false }), sanctions.ActiveAt(now) is not null,
            state.Version, notes, state.Open.Select(item => state.HandedOn.TryGetValue(item.Id, out var by) ? by : (Guid?)null).FirstOrDefault(by => by is not null),
            state.UndoneUntil(request.By, now),
            await Seen(state.Items.Where(item => !state.IsOpen(item.Id)).Reverse().Take(SeenCase.MostPast)), exports,
            state is { IsSevere: true, LastViewed: { } last } && last.By != request.By ? last : null);
    }
}
