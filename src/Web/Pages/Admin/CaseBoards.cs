using Mediator;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Moderation;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>What somebody of the staff sees on the page of cases: the queue, and one case of it.</summary>
/// <param name="Case">Null where none is open here.</param>
/// <param name="Priority">Null where nothing in it waits, or nothing is known of it yet.</param>
/// <param name="Record">What is known of the reported one; null where nobody ever reported them.</param>
/// <param name="Linked">Other visitors of the same browsers.</param>
/// <param name="Reporters">How much the word of each reporter counts, in words, by their browser.</param>
/// <param name="Standing">Who works on it; null where no case is open here.</param>
/// <param name="HandedOnBy">Their name; null where nobody handed it on.</param>
/// <param name="ExportedBy">Who took each package, in their order.</param>
/// <param name="ViewedBy">Who looked into it last, where it is severe and it was somebody else; null where nobody did.</param>
/// <param name="Looked">How much whoever looks has looked at today.</param>
/// <param name="Undo">The decision that can be taken back now; null where there is none.</param>
public sealed record CaseBoard(
    CaseQueue Queue, SeenCase? Case, CasePriority? Priority, Offender? Record, IReadOnlyList<Guid> Linked, IReadOnlyDictionary<Guid, string> Reporters,
    CaseStandingView? Standing, IReadOnlyList<CaseBoard.Note> Notes, string? HandedOnBy, IReadOnlyList<string> ExportedBy,
    string? ViewedBy, LookedAt Looked, CaseBoard.Undoable? Undo)
{
    /// <param name="Text">Null where it is forgotten.</param>
    public sealed record Note(string By, DateTimeOffset At, string? Text);

    /// <param name="SecondsLeft">By the server's clock.</param>
    public sealed record Undoable(Guid CaseId, DateTimeOffset Until, int SecondsLeft);
}

/// <summary>Gathers <see cref="CaseBoard"/>s.</summary>
public sealed class CaseBoards(
    CaseQueues queues, DeskQueries desk, OffenderQueries offenders, ISender sender, StaffAccounts accounts, TimeProvider clock)
{
    /// <param name="caseId">Null: the first one that waits.</param>
    /// <param name="lane">Which lane of the queue is wanted; null: that of the case.</param>
    /// <param name="after">The last case of the page of the queue before; null: from the beginning.</param>
    /// <param name="decided">What was decided a moment ago: the read model may not know it yet.</param>
    /// <param name="by">Who of the staff looks.</param>
    /// <param name="handlesSevere">Whether they may see severe cases.</param>
    public async Task<CaseBoard> Load(Guid? caseId, CaseLane? lane, CaseCursor? after, Guid? decided, Guid by, bool handlesSevere, CancellationToken ct)
    {
        var (now, names) = (clock.GetUtcNow(), new StaffNames(accounts));
        var signs = caseId is { } wanted ? (await desk.Signs([wanted], ct)).GetValueOrDefault(wanted) : null;
        var queue = await queues.Load(caseId, lane ?? (signs is null ? null : PriorityPolicy.LaneOf(signs)), after, decided, handlesSevere, ct);
        var undo = decided is { } last ? await Undo(last, by, now, ct) : null;
        var today = PausePolicy.Count(await desk.Looks(by, new(now.UtcDateTime.Date, TimeSpan.Zero), ct), now);
        var opened = caseId ?? (queue.Cases is [var first, ..] ? first.CaseId : null);
        if (opened is not { } id || await sender.Send(new SeeCase(id, by, handlesSevere), ct) is not Outcome<SeenCase>.Done { Value: var open })
        {
            return new(queue, null, null, null, [], new Dictionary<Guid, string>(), null, [], null, [], null, today, undo);
        }

        var notes = new List<CaseBoard.Note>(open.Notes.Count);
        foreach (var note in open.Notes)
        {
            notes.Add(new(await names.Of(note.By), note.At, note.Text));
        }

        var exportedBy = new List<string>(open.Exports.Count);
        foreach (var export in open.Exports)
        {
            exportedBy.Add(await names.Of(export.By));
        }

        return new(
            queue, open, signs is null ? queue.Cases.FirstOrDefault(one => one.CaseId == id)?.Priority : PriorityPolicy.Judge(signs, now),
            await offenders.Find(open.VisitorId, ct), await offenders.LinkedTo(open.VisitorId, ct), await Reporters(open, ct),
            await CaseStandingView.Of(id, open.Version, open.ClaimedBy, open.ClaimedUntil, [], by, now, names), notes,
            open.HandedOnBy is { } handedOn ? await names.Of(handedOn) : null, exportedBy,
            open.LastViewed is { } viewed ? await names.Of(viewed.By) : null, today, undo ?? Undo(open, now));
    }

    /// <summary>Who works on a case, and what has come since a page of it was shown; null where there is no such case.</summary>
    /// <param name="version">That the page shows.</param>
    public async Task<CaseStandingView?> Standing(Guid caseId, int version, Guid by, CancellationToken ct) =>
        await sender.Send(new SeeStanding(caseId, version), ct) is Outcome<SeenStanding>.Done { Value: var seen }
            ? await CaseStandingView.Of(caseId, version, seen.ClaimedBy, seen.ClaimedUntil, seen.Since, by, clock.GetUtcNow(), new(accounts))
            : null;

    private async Task<CaseBoard.Undoable?> Undo(Guid decided, Guid by, DateTimeOffset now, CancellationToken ct) =>
        await sender.Send(new SeeCase(decided, by), ct) is Outcome<SeenCase>.Done { Value: var closed } ? Undo(closed, now) : null;

    private static CaseBoard.Undoable? Undo(SeenCase seen, DateTimeOffset now) =>
        seen.UndoneUntil is { } until ? new(seen.CaseId, until, (int)Math.Ceiling((until - now).TotalSeconds)) : null;

    private async Task<IReadOnlyDictionary<Guid, string>> Reporters(SeenCase open, CancellationToken ct)
    {
        var items = open.Items.Where(item => item.ReporterDeviceId is not null).DistinctBy(item => item.ReporterDeviceId).ToList();
        var found = await desk.Find([.. items.Select(item => item.ReporterDeviceId!.Value)], ct);
        var words = new Dictionary<Guid, string>();
        foreach (var item in items)
        {
            var device = item.ReporterDeviceId!.Value;
            words.Add(device, CaseWords.Reporter(found.GetValueOrDefault(device) ?? new(0, 0), await offenders.Find(item.ReporterId!.Value, ct)));
        }

        return words;
    }
}
