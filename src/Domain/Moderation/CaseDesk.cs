using System.Collections.Immutable;

namespace RandomChat.Domain.Moderation;

// ---------------------------------------------------------------------------------------------------------------
// More events of stream case-{id}: what the staff tell each other about a case, and what they take back. Their properties
// are the storage format: they are only ever added to.
// ---------------------------------------------------------------------------------------------------------------

public abstract partial record CaseEvent
{
    /// <summary>Somebody of the staff wrote something down for the others. Whoever the case is about never sees it.</summary>
    /// <param name="Note">Sealed for the note, under the key named in <c>CaseKey</c>, which lives as long as the case's evidence.</param>
    /// <param name="By">Who of the staff.</param>
    public sealed record Noted(Guid CaseId, Guid VisitorId, Guid NoteId, string Note, string CaseKey, Guid By, DateTimeOffset At) : CaseEvent;

    /// <summary>Somebody of the staff handed what is open on to whoever may see severe cases; they work on it no longer.</summary>
    /// <param name="NoteId">The note that says why.</param>
    /// <param name="Reports">What was open: the ids of reports and flags, oldest first.</param>
    /// <param name="By">Who of the staff.</param>
    public sealed record Referred(Guid CaseId, Guid VisitorId, Guid NoteId, IReadOnlyList<Guid> Reports, Guid By, DateTimeOffset At) : CaseEvent
    {
        /// <inheritdoc cref="Decided.Equals(Decided?)"/>
        public bool Equals(Referred? other) => other is not null
            && (CaseId, VisitorId, NoteId, By, At) == (other.CaseId, other.VisitorId, other.NoteId, other.By, other.At)
            && Reports.SequenceEqual(other.Reports);

        public override int GetHashCode() => HashCode.Combine(CaseId, At);
    }

    /// <summary>Whoever made the last decision took it back: what it decided is open again, and its sanction ends.</summary>
    /// <param name="Reports">The ids of what is open again, oldest first.</param>
    /// <param name="Outcome">What had been decided.</param>
    /// <param name="SanctionId">What was done about it and ends with this; null where nothing was.</param>
    /// <param name="IsSevere">Whether the case is severe from here on.</param>
    /// <param name="By">Who of the staff.</param>
    public sealed record Undone(
        Guid CaseId, Guid VisitorId, IReadOnlyList<Guid> Reports, CaseOutcome Outcome, Guid? SanctionId, bool IsSevere, Guid By, DateTimeOffset At)
        : CaseEvent
    {
        /// <inheritdoc cref="Decided.Equals(Decided?)"/>
        public bool Equals(Undone? other) => other is not null
            && (CaseId, VisitorId, Outcome, SanctionId, IsSevere, By, At)
                == (other.CaseId, other.VisitorId, other.Outcome, other.SanctionId, other.IsSevere, other.By, other.At)
            && Reports.SequenceEqual(other.Reports);

        public override int GetHashCode() => HashCode.Combine(CaseId, At);
    }
}

public abstract partial record CaseCommand
{
    /// <param name="Text">Sealed.</param>
    /// <param name="CaseKey">Under which it is sealed.</param>
    public sealed record Note(Guid NoteId, string Text, string CaseKey, Guid By, DateTimeOffset At, bool HandlesSevere = false) : OfStaff(HandlesSevere);

    /// <summary>Hands what is open on to whoever may see severe cases, with a note that says why.</summary>
    /// <param name="Why">Sealed.</param>
    /// <param name="CaseKey">Under which it is sealed.</param>
    public sealed record Refer(Guid NoteId, string Why, string CaseKey, Guid By, DateTimeOffset At, bool HandlesSevere = false) : OfStaff(HandlesSevere);

    /// <summary>
    /// Takes the last decision back, within <see cref="Case.UndoneWithin"/>. Whoever decided may always: also where their own
    /// decision made the case one that they may not see.
    /// </summary>
    public sealed record Undo(Guid By, DateTimeOffset At) : CaseCommand;
}

/// <summary>How severe a case is, and by what.</summary>
/// <inheritdoc cref="CaseState" path="/param"/>
public sealed record CaseSeverity(bool IsSevere, bool IsFoundSevere, ImmutableHashSet<Guid> SaidSevere);

public sealed partial record CaseState
{
    /// <summary>What was written down about it, oldest first.</summary>
    public ImmutableList<CaseEvent.Noted> Notes { get; init; } = [];

    /// <summary>What was handed on to whoever may see severe cases: the ids of reports and flags, and who handed them on.</summary>
    public ImmutableDictionary<Guid, Guid> HandedOn { get; init; } = ImmutableDictionary<Guid, Guid>.Empty;

    /// <summary>Whether something open was handed on: only whoever may see severe cases works on it.</summary>
    public bool IsReferred => Open.Exists(item => HandedOn.ContainsKey(item.Id));

    /// <summary>Every time that it was handed out as a package, first one first.</summary>
    public ImmutableList<CaseEvent.Exported> Exports { get; init; } = [];

    /// <summary>What was decided about each report and flag that is open no longer, by their ids.</summary>
    public ImmutableDictionary<Guid, CaseEvent.Decided> Outcomes { get; init; } = ImmutableDictionary<Guid, CaseEvent.Decided>.Empty;

    /// <summary>The last decision where it was taken back; null where it stands.</summary>
    public CaseEvent.Undone? LastUndone { get; init; }

    /// <summary>What was decided by somebody of the staff who took it back, open or decided anew: ids of reports and flags.</summary>
    public ImmutableHashSet<Guid> TakenBack { get; init; } = [];

    /// <summary>How severe the case was before the last decision, and the sanction that came with it.</summary>
    public CaseSeverity? BeforeDecision { get; init; }

    /// <summary>What happened that a decision rests on, oldest first: all but who works on it and who looked.</summary>
    public ImmutableList<CaseEvent> Changes { get; init; } = [];

    /// <summary>How often it changed: whoever decides says which version they saw.</summary>
    public int Version => Changes.Count;

    /// <summary>What changed after a version.</summary>
    public IReadOnlyList<CaseEvent> ChangedSince(int version) => [.. Changes.Skip(version)];

    public CaseSeverity Severity => new(IsSevere, IsFoundSevere, SaidSevere);

    /// <summary>Until when somebody may take back the last decision; null where they may not, or no longer.</summary>
    public DateTimeOffset? UndoneUntil(Guid by, DateTimeOffset at) =>
        LastDecision is { } last && last.By == by && at - last.At <= Case.UndoneWithin ? last.At + Case.UndoneWithin : null;
}

public static partial class Case
{
    public const int MaximumNoteLength = 2_000;

    /// <summary>For so long whoever decided may take it back as if it had not been.</summary>
    public static readonly TimeSpan UndoneWithin = TimeSpan.FromSeconds(60);

    /// <summary>What somebody saw is not what is there; <see cref="CaseState.ChangedSince"/> says what came.</summary>
    public static Rejection Changed { get; } = new("case.changed", "This case moved on. Nothing was done.");

    /// <summary>Handed on to whoever may see severe cases: others may write notes and nothing else.</summary>
    public static Rejection HandedOn { get; } = new("case.handed-on", "This case was handed on. Whoever may see severe cases decides it.");

    /// <summary>One package is enough for most; another one is made only by who says why.</summary>
    private static Rejection ExportedAlready { get; } = new("case.exported", "This package was taken before. Say why it is needed again.");

    private static bool IsHandedOn(CaseCommand.OfStaff command, CaseState state) => state.IsReferred && command switch
    {
        CaseCommand.View v => state.IsOpen(v.ReportId),
        CaseCommand.Decide d => !IsReservedFor(d, state),
        CaseCommand.TakeOn or CaseCommand.Reserve or CaseCommand.Refer => true,
        _ => false,
    };

    private static Decision<CaseEvent> DecideAtDesk(CaseCommand command, CaseState state) => command switch
    {
        CaseCommand.Note when state.Subject is not { } => new Rejection("case.unknown", "There is no such case."),
        CaseCommand.Note n when IsNoted(n.NoteId, state) => Decision<CaseEvent>.AlreadySo,
        CaseCommand.Note n => new CaseEvent.Noted(state.Subject!.Value.CaseId, state.Subject.Value.VisitorId, n.NoteId, n.Text, n.CaseKey, n.By, n.At),

        CaseCommand.Refer r when IsNoted(r.NoteId, state) => Decision<CaseEvent>.AlreadySo,
        CaseCommand.Refer r when state.Open is [] => NotOpen,
        CaseCommand.Refer r when state.IsClaimedByOther(r.By, r.At) || state.IsReservedForOther(null, r.At) => ClaimedByOther,
        CaseCommand.Refer when state.IsReferred => new Rejection("case.already-handed-on", "This case was handed on already."),
        CaseCommand.Refer r => new Decision<CaseEvent>.Accepted(
        [
            new CaseEvent.Noted(state.Open[0].CaseId, state.Open[0].VisitorId, r.NoteId, r.Why, r.CaseKey, r.By, r.At),
            new CaseEvent.Referred(state.Open[0].CaseId, state.Open[0].VisitorId, r.NoteId, [.. state.Open.Select(item => item.Id)], r.By, r.At),
        ]),

        CaseCommand.Undo u when state.LastUndone?.By == u.By => Decision<CaseEvent>.AlreadySo,
        CaseCommand.Undo u when state.LastDecision?.By != u.By => new Rejection("case.not-theirs", "Only whoever decided takes a decision back."),
        CaseCommand.Undo u when state.UndoneUntil(u.By, u.At) is null =>
            new Rejection("case.undone-late", "The minute is over. A ban is lifted on the page of bans, with a reason."),
        CaseCommand.Undo u when state.IsReservedForOther(state.LastDecision!.SanctionId, u.At) => ClaimedByOther,
        CaseCommand.Undo u => Undone(u, state.LastDecision!, state),

        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static bool IsNoted(Guid noteId, CaseState state) => state.Notes.Exists(note => note.NoteId == noteId);

    private static Decision<CaseEvent> Undone(CaseCommand.Undo u, CaseEvent.Decided last, CaseState state)
    {
        var isSevere = state.BeforeDecision!.IsSevere || !state.SaidSevere.IsEmpty;
        return new Decision<CaseEvent>.Accepted(
        [
            new CaseEvent.Undone(last.CaseId, last.VisitorId, last.Reports ?? [], last.Outcome, last.SanctionId, isSevere, u.By, u.At),

            // At once and openly, also where somebody went on with what had come since.
            new CaseEvent.Claimed(last.CaseId, last.VisitorId, u.By, u.At + Lease, u.At),
        ]);
    }

    /// <summary>What has to be known of the state before an event, when that event is taken back or somebody missed it.</summary>
    private static CaseState Remembered(CaseState state, CaseEvent happened)
    {
        var known = happened is CaseEvent.Claimed or CaseEvent.Reserved or CaseEvent.Viewed or CaseEvent.Exported
            ? state
            : state with { Changes = state.Changes.Add(happened) };
        return happened is CaseEvent.Decided decided
            ? known with { BeforeDecision = state.Claim is { Before: { } before } claim && claim.SanctionId == decided.SanctionId ? before : state.Severity }
            : known;
    }

    private static CaseState FollowedAtDesk(CaseState state, CaseEvent happened) => happened switch
    {
        CaseEvent.Noted e => state with { Notes = state.Notes.Add(e) },
        CaseEvent.Referred e => state with
        {
            HandedOn = state.HandedOn.SetItems(e.Reports.Select(id => KeyValuePair.Create(id, e.By))),
            Claim = null,
        },
        CaseEvent.Undone e => state with
        {
            Open = [.. state.Open.Concat(e.Reports.Select(id => state.Find(id)).OfType<ICaseItem>()).OrderBy(item => item.At)],
            Outcomes = state.Outcomes.RemoveRange(e.Reports),
            LastDecision = null,
            LastUndone = e,
            TakenBack = state.TakenBack.Union(e.Reports),
            IsSevere = e.IsSevere,
            IsFoundSevere = state.BeforeDecision!.IsFoundSevere,
            SaidSevere = state.SaidSevere.Union(state.BeforeDecision.SaidSevere),
            WasSevere = state.WasSevere || (state.IsSevere && !e.IsSevere),
        },
        _ => state,
    };
}
