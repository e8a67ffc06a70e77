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
/// <param name="Lease">Who works on it, in a sentence.</param>
/// <param name="HandedOnBy">Their name; null where nobody handed it on.</param>
/// <param name="Undo">The decision that can be taken back now; null where there is none.</param>
public sealed record CaseBoard(
    IReadOnlyList<CaseBoard.Lane> Lanes, SeenCase? Case, CasePriority? Priority, Offender? Record, IReadOnlyList<Guid> Linked, string Lease,
    IReadOnlyList<CaseBoard.Note> Notes, string? HandedOnBy, CaseBoard.Undoable? Undo)
{
    public sealed record Lane(CaseLane Name, IReadOnlyList<Waiting> Cases);

    /// <param name="Open">How many reports.</param>
    /// <param name="Age">How long the oldest of them waits.</param>
    public sealed record Waiting(Guid CaseId, string Policy, int Open, TimeSpan Age, CasePriority Priority);

    /// <param name="Text">Null where it is forgotten.</param>
    public sealed record Note(string By, DateTimeOffset At, string? Text);

    /// <param name="SecondsLeft">By the server's clock.</param>
    public sealed record Undoable(Guid CaseId, DateTimeOffset Until, int SecondsLeft);
}

/// <summary>Gathers <see cref="CaseBoard"/>s.</summary>
public sealed class CaseBoards(DeskQueries desk, OffenderQueries offenders, ISender sender, StaffAccounts accounts, TimeProvider clock)
{
    private const int InQueue = 25;

    /// <param name="caseId">Null: the first one that waits.</param>
    /// <param name="decided">What was decided a moment ago: the read model may not know it yet.</param>
    /// <param name="by">Who of the staff looks.</param>
    /// <param name="handlesSevere">Whether they may see severe cases.</param>
    public async Task<CaseBoard> Load(Guid? caseId, Guid? decided, Guid by, bool handlesSevere, CancellationToken ct)
    {
        var (now, names) = (clock.GetUtcNow(), new StaffNames(accounts));
        var lanes = await Lanes(decided, handlesSevere, now, ct);
        var undo = decided is { } last ? await Undo(last, by, now, ct) : null;
        var opened = caseId ?? lanes.SelectMany(lane => lane.Cases).FirstOrDefault()?.CaseId;
        if (opened is not { } id || await sender.Send(new SeeCase(id, by, handlesSevere), ct) is not Outcome<SeenCase>.Done { Value: var open })
        {
            return new(lanes, null, null, null, [], "", [], null, undo);
        }

        var notes = new List<CaseBoard.Note>(open.Notes.Count);
        foreach (var note in open.Notes)
        {
            notes.Add(new(await names.Of(note.By), note.At, note.Text));
        }

        return new(
            lanes, open,
            lanes.SelectMany(lane => lane.Cases).FirstOrDefault(one => one.CaseId == id)?.Priority
                ?? ((await desk.Signs([id], ct)).TryGetValue(id, out var signs) ? PriorityPolicy.Judge(signs, now) : null),
            await offenders.Find(open.VisitorId, ct), await offenders.LinkedTo(open.VisitorId, ct), await Lease(open, by, names), notes,
            open.HandedOnBy is { } handedOn ? await names.Of(handedOn) : null, undo ?? Undo(open, now));
    }

    /// <summary>What waits, most urgent lane first; the one that few may see is for them alone.</summary>
    private async Task<IReadOnlyList<CaseBoard.Lane>> Lanes(Guid? decided, bool handlesSevere, DateTimeOffset now, CancellationToken ct)
    {
        var lanes = new List<CaseBoard.Lane>();
        foreach (var lane in handlesSevere ? [CaseLane.Severe, CaseLane.Urgent, CaseLane.Normal] : new[] { CaseLane.Urgent, CaseLane.Normal })
        {
            var cases = await desk.OpenCases(lane, null, InQueue + 1, ct);
            lanes.Add(new(lane, [.. cases.Where(one => one.CaseId != decided).Take(InQueue).Select(one =>
                new CaseBoard.Waiting(one.CaseId, one.Policy, one.Open, now - one.OpenSince, PriorityPolicy.Judge(one.Signs(), now)))]));
        }

        return lanes;
    }

    private async Task<CaseBoard.Undoable?> Undo(Guid decided, Guid by, DateTimeOffset now, CancellationToken ct) =>
        await sender.Send(new SeeCase(decided, by), ct) is Outcome<SeenCase>.Done { Value: var closed } ? Undo(closed, now) : null;

    private static CaseBoard.Undoable? Undo(SeenCase seen, DateTimeOffset now) =>
        seen.UndoneUntil is { } until ? new(seen.CaseId, until, (int)Math.Ceiling((until - now).TotalSeconds)) : null;

    private static async Task<string> Lease(SeenCase open, Guid by, StaffNames names) =>
        open.ClaimedUntil is not { } until ? "Nobody works on it."
        : open.ClaimedBy == by ? $"Claimed by you until {PageWords.Moment(until)}. Any action renews it."
        : $"{(open.ClaimedBy is { } other ? await names.Of(other) : "The system")} works on it until {PageWords.Moment(until)}.";
}
