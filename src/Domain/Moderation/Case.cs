using System.Collections.Immutable;

namespace RandomChat.Domain.Moderation;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream case-{id}. Their properties are the storage format: they are only ever added to.
// ---------------------------------------------------------------------------------------------------------------

public enum ReportReason
{
    Nudity,
    Harassment,
    Hate,
    Spam,
    Threat,
    Underage,
    Other,
}

public enum CaseOutcome
{
    /// <summary>The reports were right.</summary>
    Upheld,

    /// <summary>Nothing was to be done.</summary>
    Dismissed,
}

/// <summary>What people decide in a case: a report, or what was flagged without one.</summary>
public interface ICaseItem
{
    Guid Id { get; }

    Guid CaseId { get; }

    /// <summary>Whom it is about.</summary>
    Guid VisitorId { get; }

    /// <summary>The code of the policy that is said to be broken.</summary>
    string Policy { get; }

    DateTimeOffset At { get; }

    /// <summary>Sealed; null where none was written.</summary>
    string? Comment { get; }

    /// <summary>Of the key under which both are sealed; null where there is neither.</summary>
    string? CaseKey { get; }

    /// <summary>Sealed; null where there is none.</summary>
    string? Evidence { get; }

    /// <summary>SHA-256 over the evidence's canonical JSON, lower-case hex; null where there is none.</summary>
    string? EvidenceHash { get; }
}

/// <summary>What happened to a case: the reports on one visitor, and what was flagged about them.</summary>
public abstract partial record CaseEvent
{
    private CaseEvent()
    {
    }

    /// <summary>A visitor was reported. <c>Comment</c> and <c>Evidence</c> are sealed under the key named in <c>CaseKey</c>.</summary>
    /// <param name="CommentVerdict">What the screening says of the comment; null where it is fine. Who reads cases is warned by it.</param>
    /// <param name="EvidenceHash">SHA-256 over the evidence's canonical JSON, lower-case hex.</param>
    public sealed record Reported(
        Guid CaseId, Guid ReportId, Guid MatchId, Guid ReporterId, Guid ReporterDeviceId, Guid VisitorId, Guid DeviceId,
        ReportReason Reason, string? Comment, string CaseKey, string Evidence, string EvidenceHash, int EvidenceMessages,
        DateTimeOffset At, Verdict? CommentVerdict = null) : CaseEvent, ICaseItem
    {
        Guid ICaseItem.Id => ReportId;

        string ICaseItem.Policy => Policies.For(Reason).Code;
    }

    /// <summary>
    /// Something is to be looked at although nobody reported it. <c>Evidence</c> is sealed under its own case key, for the
    /// flag, as that of a report is.
    /// </summary>
    /// <param name="Policy">The code of the policy that it seems to break.</param>
    /// <param name="MatchId">Null where it is about no one match.</param>
    /// <param name="MessageId">The message that was screened; null where it is about none.</param>
    /// <param name="Verdict">What the screening said of that message; null where it was the habits of a browser.</param>
    /// <param name="CaseKey">Null where there is no evidence.</param>
    /// <param name="Habits">What the browser does again and again, by the names of <see cref="BotHabit"/> with commas between; else null.</param>
    public sealed record Flagged(
        Guid CaseId, Guid FlagId, Guid VisitorId, Guid VisitorDeviceId, string Policy, Guid? MatchId, Guid? MessageId, Verdict? Verdict,
        string? CaseKey, string? Evidence, string? EvidenceHash, int EvidenceMessages, DateTimeOffset At, string? Habits = null) : CaseEvent, ICaseItem
    {
        Guid ICaseItem.Id => FlagId;

        string? ICaseItem.Comment => null;
    }

    /// <summary>Somebody of the staff works on the case; nobody else does until then.</summary>
    public sealed record Claimed(Guid CaseId, Guid VisitorId, Guid By, DateTimeOffset Until, DateTimeOffset At) : CaseEvent;

    /// <summary>
    /// A sanction is about to be imposed, and the decision that names it comes next: nobody decides anything else until then,
    /// whoever reserved it neither.
    /// </summary>
    /// <param name="By">Who of the staff; null where it is automated.</param>
    public sealed record Reserved(Guid CaseId, Guid VisitorId, Guid SanctionId, Guid? By, DateTimeOffset Until, DateTimeOffset At) : CaseEvent;

    /// <summary>Somebody of the staff opened the evidence of a report.</summary>
    /// <param name="Knowingly">Although somebody else had looked into this severe case before, and knowing that.</param>
    public sealed record Viewed(Guid CaseId, Guid VisitorId, Guid ReportId, Guid By, DateTimeOffset At, bool Knowingly = false) : CaseEvent;

    /// <summary>
    /// Enough reliable reporters agree: whoever was reported is sanctioned without anybody looking, at their next join and at
    /// <c>DueAt</c> at the latest, so that nobody can tell which report it was.
    /// </summary>
    /// <param name="SanctionId">Of the sanction to come.</param>
    /// <param name="Policy">The code of the policy.</param>
    public sealed record Escalated(Guid CaseId, Guid VisitorId, Guid SanctionId, string Policy, DateTimeOffset DueAt, DateTimeOffset At) : CaseEvent;

    /// <summary>These reports and flags were decided; every other one stays as it is.</summary>
    /// <param name="Reports">The ids of both, oldest first; null in events from before they were named: all that were open.</param>
    /// <param name="SanctionId">What was done about it; null where nothing was.</param>
    /// <param name="By">Who of the staff; null where it was automated.</param>
    /// <param name="Policy">The code of the policy that was broken; null where none was, and in events from before it was named.</param>
    /// <param name="IsFalse">Dismissed, and more: whoever reported it said what was not so, which counts for more against them.</param>
    public sealed record Decided(
        Guid CaseId, Guid VisitorId, IReadOnlyList<Guid>? Reports, CaseOutcome Outcome, Guid? SanctionId, Guid? By, DateTimeOffset At,
        string? Policy = null, bool IsFalse = false) : CaseEvent
    {
        /// <summary>By what it says, like every event: a list alone would be compared by reference.</summary>
        public bool Equals(Decided? other) => other is not null
            && (CaseId, VisitorId, Outcome, SanctionId, By, At, Policy, IsFalse)
                == (other.CaseId, other.VisitorId, other.Outcome, other.SanctionId, other.By, other.At, other.Policy, other.IsFalse)
            && (Reports ?? []).SequenceEqual(other.Reports ?? []) && Reports is null == other.Reports is null;

        public override int GetHashCode() => HashCode.Combine(CaseId, At);
    }

    /// <summary>
    /// A legal hold: the evidence of the case, and of reports to come, is destroyed neither when its time is over nor with an
    /// erasure. Placed again it counts from then on as it was placed last.
    /// </summary>
    /// <param name="Reason">Sealed for the hold, under the key named in <c>CaseKey</c>, which lives as long as the hold.</param>
    /// <param name="Until">When it ends by itself; null where only its release ends it.</param>
    /// <param name="By">Who of the staff.</param>
    public sealed record Held(
        Guid CaseId, Guid VisitorId, Guid HoldId, string Reason, string CaseKey, DateTimeOffset? Until, Guid By, DateTimeOffset At) : CaseEvent;

    /// <summary>The hold was lifted: the evidence ends with its time again, at once where that is over.</summary>
    /// <param name="Reason">Sealed under a case key, for the hold.</param>
    /// <param name="By">Who of the staff.</param>
    public sealed record Released(Guid CaseId, Guid VisitorId, Guid HoldId, string Reason, Guid By, DateTimeOffset At) : CaseEvent;

    /// <summary>A breach of a severe policy was found: from then on few may see the case, and its evidence is kept for longer.</summary>
    /// <param name="Policy">The code of the policy.</param>
    /// <param name="By">Who of the staff found it; null where it was automated.</param>
    public sealed record FoundSevere(Guid CaseId, Guid VisitorId, string Policy, Guid? By, DateTimeOffset At) : CaseEvent;

    /// <summary>Whoever may see severe cases dismissed the last thing that made this one severe: it is like any other again.</summary>
    /// <param name="By">Who of the staff.</param>
    public sealed record Unrestricted(Guid CaseId, Guid VisitorId, Guid By, DateTimeOffset At) : CaseEvent;

    /// <summary>The case was handed out as a package for authorities.</summary>
    /// <param name="ManifestHash">SHA-256 of the package's <c>manifest.json</c>, lower-case hex; that holds the hash of every other file.</param>
    /// <param name="Reports">How many reports and flags were in it.</param>
    /// <param name="By">Who of the staff.</param>
    /// <param name="Knowingly">As with <see cref="Viewed"/>, which it is too.</param>
    /// <param name="Why">Why it was handed out again, sealed under a case key, for the export; null the first time.</param>
    public sealed record Exported(
        Guid CaseId, Guid VisitorId, Guid ExportId, string ManifestHash, int Reports, Guid By, DateTimeOffset At, bool Knowingly = false,
        string? Why = null) : CaseEvent;
}

// ---------------------------------------------------------------------------------------------------------------
// Commands and state.
// ---------------------------------------------------------------------------------------------------------------

public abstract partial record CaseCommand
{
    private CaseCommand()
    {
    }

    public sealed record Report(CaseEvent.Reported What) : CaseCommand;

    public sealed record Flag(CaseEvent.Flagged What) : CaseCommand;

    /// <summary>What the staff does to a case: refused where it is severe by then and they may not see those.</summary>
    /// <param name="HandlesSevere">Whether they may see severe cases, and do anything about one.</param>
    public abstract record OfStaff(bool HandlesSevere) : CaseCommand;

    /// <summary>Opens the evidence of a report or a flag; one that is open claims the case by that.</summary>
    /// <param name="Knowingly">They want to look although somebody else has looked into this severe case already.</param>
    public sealed record View(Guid ReportId, Guid By, DateTimeOffset At, bool HandlesSevere = false, bool Knowingly = false) : OfStaff(HandlesSevere);

    /// <summary>Works on the case, for <see cref="Case.Lease"/>; again before that is over, for as long once more.</summary>
    /// <param name="TakesOver">Also from somebody else who works on it, but not from a sanction on its way.</param>
    public sealed record TakeOn(Guid By, DateTimeOffset At, bool HandlesSevere = false, bool TakesOver = false) : OfStaff(HandlesSevere);

    /// <summary>
    /// Keeps the case for a sanction and the decision that comes after it, so that nobody decides otherwise in between. An end
    /// of the program between the two costs <see cref="Case.Lease"/>; the same sanction goes on at once.
    /// </summary>
    /// <param name="By">Who of the staff; null where it is automated.</param>
    /// <param name="HandlesSevere">What is automated may always.</param>
    /// <param name="Version">As in <see cref="Decide"/>.</param>
    public sealed record Reserve(Guid SanctionId, Guid? By, DateTimeOffset At, bool HandlesSevere = false, int? Version = null)
        : OfStaff(By is null || HandlesSevere);

    /// <summary>Nothing came of the sanction: whoever of the staff reserved the case for it works on it as before.</summary>
    public sealed record Free(Guid SanctionId, Guid By, DateTimeOffset At) : CaseCommand;

    /// <param name="Policy">The code of the policy on which the open reports agree.</param>
    public sealed record Escalate(Guid SanctionId, string Policy, DateTimeOffset DueAt, DateTimeOffset At) : CaseCommand;

    /// <summary>Decides what <see cref="CaseState.ToDecide"/> says.</summary>
    /// <param name="By">Who of the staff; null where it is automated.</param>
    /// <param name="Policy">The code of the policy that was broken; null where none was.</param>
    /// <param name="HandlesSevere">What is automated may always.</param>
    /// <param name="IsFalse">As in the event.</param>
    /// <param name="Version">The <see cref="CaseState.Version"/> that whoever decides saw; null where they do not say, and nothing is compared.</param>
    public sealed record Decide(
        CaseOutcome Outcome, Guid? SanctionId, Guid? By, DateTimeOffset At, string? Policy = null, bool HandlesSevere = false, bool IsFalse = false,
        int? Version = null)
        : OfStaff(By is null || HandlesSevere);

    /// <summary>Places a legal hold, or another one in place of the one that lasts.</summary>
    /// <param name="Reason">Sealed.</param>
    /// <param name="CaseKey">Under which the reason is sealed.</param>
    /// <param name="Until">Null where only its release ends it.</param>
    public sealed record Hold(
        Guid HoldId, string Reason, string CaseKey, DateTimeOffset? Until, Guid By, DateTimeOffset At, bool HandlesSevere = false) : OfStaff(HandlesSevere);

    /// <param name="Reason">Sealed.</param>
    public sealed record Release(string Reason, Guid By, DateTimeOffset At, bool HandlesSevere = false) : OfStaff(HandlesSevere);

    /// <inheritdoc cref="CaseEvent.FoundSevere"/>
    public sealed record FindSevere(Guid CaseId, Guid VisitorId, string Policy, Guid? By, DateTimeOffset At) : CaseCommand;

    /// <inheritdoc cref="CaseEvent.Exported"/>
    public sealed record Export(
        Guid ExportId, string ManifestHash, int Reports, Guid By, DateTimeOffset At, bool HandlesSevere = false, bool Knowingly = false,
        string? Why = null)
        : OfStaff(HandlesSevere);
}

/// <param name="Reports">By their ids.</param>
/// <param name="Open">Those that nobody has decided yet, oldest first.</param>
/// <param name="Claim">Who works on it; null where nobody does.</param>
public sealed partial record CaseState(ImmutableDictionary<Guid, CaseEvent.Reported> Reports, ImmutableList<ICaseItem> Open, CaseClaim? Claim)
{
    /// <summary>By their ids: what was to be looked at without a report, decided or not.</summary>
    public ImmutableDictionary<Guid, CaseEvent.Flagged> Flags { get; init; } = ImmutableDictionary<Guid, CaseEvent.Flagged>.Empty;

    /// <summary>The sanction to come of the open reports; null where none does by itself.</summary>
    public CaseEvent.Escalated? Escalation { get; init; }

    /// <summary>Null where nothing was decided yet.</summary>
    public CaseEvent.Decided? LastDecision { get; init; }

    /// <summary>What was open when somebody of the staff last looked, by who looked: ids of reports and flags.</summary>
    public ImmutableDictionary<Guid, ImmutableHashSet<Guid>> Seen { get; init; } = ImmutableDictionary<Guid, ImmutableHashSet<Guid>>.Empty;

    /// <summary>How often something was decided: what follows from the case alone is another thing after each time.</summary>
    public int Decisions { get; init; }

    /// <summary>A report or a flag, decided or not; null where there is none such.</summary>
    public ICaseItem? Find(Guid id) => Reports.TryGetValue(id, out var report) ? report : Flags.GetValueOrDefault(id);

    public bool IsOpen(Guid id) => Open.Exists(item => item.Id == id);

    /// <summary>
    /// What a decision would be about. An automated one: the open reports that name its policy; what was flagged, or decided and
    /// taken back, is for people. One of the staff: everything open that was there at their last look, so that nothing is closed that nobody
    /// has read; all of it where they decide without ever having looked.
    /// </summary>
    /// <param name="by">Who of the staff; null where it is automated.</param>
    public ImmutableList<ICaseItem> ToDecide(Guid? by) =>
        by is not { } staff ? Escalation is { Policy: var policy } ? OpenUnder(policy) : []
        : Seen.GetValueOrDefault(staff) is { } seen ? Open.FindAll(item => seen.Contains(item.Id))
        : Open;

    /// <summary>The open reports of which something may come without anybody: people have looked into those that were taken back.</summary>
    public IEnumerable<CaseEvent.Reported> OpenToEscalation => Open.OfType<CaseEvent.Reported>().Where(report => !TakenBack.Contains(report.ReportId));

    /// <summary>Those of them that name a policy.</summary>
    /// <param name="policy">Its code.</param>
    public ImmutableList<ICaseItem> OpenUnder(string policy) => [.. OpenToEscalation.Where(report => Policies.For(report.Reason).Code == policy)];

    /// <summary>
    /// Whether it is about a severe policy: few may see it, and its evidence is kept for longer. Stays so until everything that said
    /// so is dismissed.
    /// </summary>
    public bool IsSevere { get; init; }

    /// <summary>Whether a severe breach was found, and not only said: that no dismissal undoes.</summary>
    public bool IsFoundSevere { get; init; }

    /// <summary>Reports and flags that name a severe policy and were not dismissed: their ids.</summary>
    public ImmutableHashSet<Guid> SaidSevere { get; init; } = [];

    /// <summary>Whether it was severe, and then no longer.</summary>
    public bool WasSevere { get; init; }

    /// <summary>The last one of the staff to open evidence of the case, also by exporting it; null where nobody has.</summary>
    public (Guid By, DateTimeOffset At)? LastViewed { get; init; }

    /// <summary>Everybody of the staff who did.</summary>
    public ImmutableHashSet<Guid> Viewers { get; init; } = [];

    /// <summary>Every legal hold that was placed, oldest first. One takes the place of the one before.</summary>
    public ImmutableList<LegalHold> Holds { get; init; } = [];

    /// <summary>Which case it is and whose; null before the first report or flag.</summary>
    public (Guid CaseId, Guid VisitorId)? Subject => Items is [var any, ..] ? (any.CaseId, any.VisitorId) : null;

    /// <summary>All reports and flags, decided or not, oldest first.</summary>
    public IReadOnlyList<ICaseItem> Items => [.. Reports.Values.Concat<ICaseItem>(Flags.Values).OrderBy(item => item.At)];

    public bool HasReported(Guid matchId, Guid reporterId) =>
        Reports.Values.Any(report => report.MatchId == matchId && report.ReporterId == reporterId);

    /// <summary>Whether somebody else works on the case at a moment.</summary>
    public bool IsClaimedByOther(Guid? by, DateTimeOffset at) => Claim is { } claim && claim.By != by && claim.Until > at;

    /// <summary>Whether the case is reserved for another sanction than this one at a moment, maybe by the same in another window.</summary>
    /// <param name="sanctionId">Null for what imposes none.</param>
    public bool IsReservedForOther(Guid? sanctionId, DateTimeOffset at) =>
        Claim is { SanctionId: { } reserved } claim && reserved != sanctionId && claim.Until > at;

    /// <summary>The legal hold that lasts at a moment; null where none does.</summary>
    public LegalHold? HoldAt(DateTimeOffset at) => Holds.LastOrDefault() is { } last && (last.Ends is not { } end || end > at) ? last : null;

    /// <summary>Whether evidence is kept for longer than usual.</summary>
    public bool IsPreserved => IsSevere || Holds.LastOrDefault() is { EndedAt: null };

    /// <summary>
    /// Whether evidence may have been kept for longer than it has to be now: a hold was lifted or gave way to another, or the case is
    /// severe no longer.
    /// </summary>
    public bool WasKeptLonger => WasSevere || Holds is [_, _, ..] or [{ EndedAt: not null }];

    /// <summary>When the evidence of a report or a flag is to be destroyed, as things stand.</summary>
    /// <param name="retention">How long evidence is kept without a hold.</param>
    /// <param name="ifSevere">The same of a severe case.</param>
    /// <returns>Null while a hold lasts that only its release ends.</returns>
    public DateTimeOffset? EvidenceEnds(ICaseItem item, TimeSpan retention, TimeSpan ifSevere) => Ends(item.At, retention, ifSevere);

    /// <summary>The same of anything sealed for the case at a moment.</summary>
    public DateTimeOffset? Ends(DateTimeOffset at, TimeSpan retention, TimeSpan ifSevere)
    {
        var usually = at + (IsSevere ? ifSevere : retention);
        return Holds.LastOrDefault() is not { EndedAt: null } hold ? usually : hold.Ends is { } end ? Max(usually, end) : null;
    }

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

/// <summary>Who works on a case.</summary>
/// <param name="By">Who of the staff; null where it is being decided automatically.</param>
/// <param name="SanctionId">Reserved for this; null where whoever claimed it may do anything.</param>
public sealed record CaseClaim(Guid? By, DateTimeOffset Until, Guid? SanctionId = null)
{
    /// <summary>What was open when it was reserved, ids of reports and flags: the decision that comes with the sanction is about no more.</summary>
    public ImmutableHashSet<Guid> About { get; init; } = [];

    /// <summary>How severe the case was when it was reserved: a sanction that is taken back leaves it as it was.</summary>
    public CaseSeverity? Before { get; init; }
}

/// <summary>A legal hold and its end.</summary>
/// <param name="EndedAt">When it was lifted or another took its place; null where neither happened.</param>
public sealed record LegalHold(CaseEvent.Held Placed, DateTimeOffset? EndedAt)
{
    /// <summary>When it is over; null while only its release ends it.</summary>
    public DateTimeOffset? Ends => EndedAt ?? Placed.Until;
}

/// <summary>The rules of a case.</summary>
public static partial class Case
{
    public const int MaximumCommentLength = 1_000;
    public const int EvidenceMessages = 50;

    /// <summary>A legal hold with an end is placed for no longer than that, so that somebody looks whether it is needed still.</summary>
    public const int LongestHoldInYears = 10;

    /// <summary>How long a claim holds after its owner last did anything.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    public static readonly Decider<CaseCommand, CaseEvent, CaseState> Decider =
        new("case", new(ImmutableDictionary<Guid, CaseEvent.Reported>.Empty, [], null), Decide, Evolve);

    /// <summary>Whether an event makes its case severe: what names a severe policy does, unless it was dismissed.</summary>
    public static bool MakesSevere(CaseEvent happened) => happened switch
    {
        CaseEvent.FoundSevere => true,
        CaseEvent.Decided decided => decided.Outcome == CaseOutcome.Upheld && Policies.IsSevere(decided.Policy),
        ICaseItem raised => Policies.IsSevere(raised.Policy),
        _ => false,
    };

    private static Decision<CaseEvent> Decide(CaseCommand command, CaseState state) => command switch
    {
        // First, and nowhere else: what was reported a moment ago may have made it severe. What it was reserved for before goes on.
        CaseCommand.OfStaff { HandlesSevere: false } s when state.IsSevere && !(s is CaseCommand.Decide d && IsReservedFor(d, state)) => Restricted,

        CaseCommand.OfStaff { HandlesSevere: false } s when IsHandedOn(s, state) => HandedOn,

        CaseCommand.Report { What: var report } when report.ReporterId == report.VisitorId =>
            new Rejection("case.report-self", "Nobody can report themselves."),
        CaseCommand.Report { What: var report } when state.HasReported(report.MatchId, report.ReporterId) =>
            new Rejection("case.already-reported", "This chat has been reported already."),
        CaseCommand.Report { What: var report } => report,

        CaseCommand.Flag { What: var flag } when state.Flags.ContainsKey(flag.FlagId) => Decision<CaseEvent>.AlreadySo,
        CaseCommand.Flag { What: var flag } => flag,

        CaseCommand.View v when state.Find(v.ReportId) is null => new Rejection("case.unknown", "There is no such report."),
        CaseCommand.View v when state.IsOpen(v.ReportId) && state.IsClaimedByOther(v.By, v.At) => ClaimedByOther,
        CaseCommand.View { Knowingly: false } v when IsSevereAndSeenByOther(v.By, state) => Seen,
        CaseCommand.View v when !state.IsOpen(v.ReportId) => Viewed(v, state),
        CaseCommand.View v => new Decision<CaseEvent>.Accepted(
        [
            .. Claimed(v, state),
            Viewed(v, state),
        ]),

        CaseCommand.TakeOn t when state.Open is [] => NotOpen,
        CaseCommand.TakeOn t when state.IsReservedForOther(null, t.At) => ClaimedByOther,
        CaseCommand.TakeOn { TakesOver: false } t when state.IsClaimedByOther(t.By, t.At) => ClaimedByOther,
        CaseCommand.TakeOn t when IsRenewedLater(t.By, null, t.At, state) => Decision<CaseEvent>.AlreadySo,
        CaseCommand.TakeOn t => new CaseEvent.Claimed(state.Open[0].CaseId, state.Open[0].VisitorId, t.By, t.At + Lease, t.At),

        CaseCommand.Reserve r when state.IsClaimedByOther(r.By, r.At) || state.IsReservedForOther(r.SanctionId, r.At) => ClaimedByOther,
        CaseCommand.Reserve { Version: { } seen } r when state.Version > seen && state.Claim?.SanctionId != r.SanctionId => Changed,
        CaseCommand.Reserve r when state.ToDecide(r.By) is [] => NotOpen,
        CaseCommand.Reserve r when IsRenewedLater(r.By, r.SanctionId, r.At, state) => Decision<CaseEvent>.AlreadySo,
        CaseCommand.Reserve r => new CaseEvent.Reserved(
            state.Open[0].CaseId, state.Open[0].VisitorId, r.SanctionId, r.By, r.At + Lease, r.At),

        CaseCommand.Free f => state.Claim is { } claim && (claim.By, claim.SanctionId) == (f.By, f.SanctionId)
            ? new CaseEvent.Claimed(state.Subject!.Value.CaseId, state.Subject.Value.VisitorId, f.By, claim.Until, f.At)
            : Decision<CaseEvent>.AlreadySo,

        CaseCommand.Escalate e when state.OpenUnder(e.Policy) is [] || state.Escalation is not null => Decision<CaseEvent>.AlreadySo,
        CaseCommand.Escalate e when state.IsClaimedByOther(null, e.At) => ClaimedByOther,
        CaseCommand.Escalate e => new CaseEvent.Escalated(state.Open[0].CaseId, state.Open[0].VisitorId, e.SanctionId, e.Policy, e.DueAt, e.At),

        CaseCommand.Decide { By: { } by } d when state.IsClaimedByOther(by, d.At) => ClaimedByOther,
        CaseCommand.Decide { Version: { } seen } d when state.Version > seen && !IsReservedFor(d, state) => Changed,
        CaseCommand.Decide d when ToDecide(d, state) is [] => NotOpen,
        CaseCommand.Decide { By: { } } d when state.IsReservedForOther(d.SanctionId, d.At) => ClaimedByOther,
        CaseCommand.Decide d => Decided(d, state),

        CaseCommand.Hold when state.Subject is not { } => new Rejection("case.unknown", "There is no such case."),
        CaseCommand.Hold h when state.Holds.Exists(hold => hold.Placed.HoldId == h.HoldId) => Decision<CaseEvent>.AlreadySo,
        CaseCommand.Hold h when h.Until <= h.At => new Rejection("case.until-past", "A hold ends later than now."),
        CaseCommand.Hold h when h.Until > h.At.AddYears(LongestHoldInYears) =>
            new Rejection("case.until-too-far", $"A hold ends within {LongestHoldInYears} years; place it again then, or name no end."),
        CaseCommand.Hold h => new CaseEvent.Held(
            state.Subject!.Value.CaseId, state.Subject.Value.VisitorId, h.HoldId, h.Reason, h.CaseKey, h.Until, h.By, h.At),

        CaseCommand.Release when state.Holds is [] => new Rejection("case.not-held", "There is no hold on this case."),
        CaseCommand.Release r => state.HoldAt(r.At) is { Placed: var hold }
            ? new CaseEvent.Released(hold.CaseId, hold.VisitorId, hold.HoldId, r.Reason, r.By, r.At)
            : Decision<CaseEvent>.AlreadySo,

        CaseCommand.FindSevere when state.IsFoundSevere => Decision<CaseEvent>.AlreadySo,

        // Also before anything was reported: what comes then is about somebody who was found out.
        CaseCommand.FindSevere f => new CaseEvent.FoundSevere(f.CaseId, f.VisitorId, f.Policy, f.By, f.At),

        CaseCommand.Export when state.Subject is not { } => new Rejection("case.unknown", "There is no such case."),
        CaseCommand.Export { Knowingly: false } x when IsSevereAndSeenByOther(x.By, state) => Seen,
        CaseCommand.Export { Why: null } when !state.Exports.IsEmpty => ExportedAlready,
        CaseCommand.Export x => new CaseEvent.Exported(
            state.Subject!.Value.CaseId, state.Subject.Value.VisitorId, x.ExportId, x.ManifestHash, x.Reports, x.By, x.At,
            Knowingly: IsSevereAndSeenByOther(x.By, state), Why: x.Why),

        _ => DecideAtDesk(command, state),
    };

    private static Rejection ClaimedByOther { get; } = new("case.claimed", "Somebody else works on this case.");

    private static Rejection NotOpen { get; } = new("case.not-open", "This case moved on. There is no open report in it that you have seen.");

    /// <summary>Who may not see a severe case can do nothing about it either.</summary>
    public static Rejection Restricted { get; } = new("case.restricted", "This case is severe. Few may see it, and they decide it.");

    /// <summary>Where people dismiss all that said that a case is severe, and nobody found it so, it is severe no longer.</summary>
    private static Decision<CaseEvent> Decided(CaseCommand.Decide d, CaseState state)
    {
        var decided = new CaseEvent.Decided(
            state.Open[0].CaseId, state.Open[0].VisitorId, [.. ToDecide(d, state).Select(item => item.Id)], d.Outcome, d.SanctionId, d.By, d.At,
            d.Policy, d.IsFalse && d.Outcome == CaseOutcome.Dismissed);
        return d is { Outcome: CaseOutcome.Dismissed, By: { } by } && state.IsSevere && Evolve(state, decided) is { IsFoundSevere: false, SaidSevere.IsEmpty: true }
            ? new Decision<CaseEvent>.Accepted([decided, new CaseEvent.Unrestricted(decided.CaseId, decided.VisitorId, by, d.At)])
            : decided;
    }

    private static bool IsReservedFor(CaseCommand.Decide d, CaseState state) =>
        state.Claim is { SanctionId: { } } claim && (claim.By, claim.SanctionId) == (d.By, d.SanctionId) && claim.Until > d.At;

    private static ImmutableList<ICaseItem> ToDecide(CaseCommand.Decide d, CaseState state) => IsReservedFor(d, state)
        ? state.ToDecide(d.By).FindAll(item => state.Claim!.About.Contains(item.Id))
        : state.ToDecide(d.By);

    private static Rejection Seen { get; } = new("case.seen", "Somebody else has looked into this severe case already.");

    private static bool IsSevereAndSeenByOther(Guid by, CaseState state) => state.IsSevere && !state.Viewers.Remove(by).IsEmpty;

    /// <summary>A claim is renewed when half of it is over, so that looking around and trying again do not fill the log.</summary>
    private static bool IsRenewedLater(Guid? by, Guid? sanctionId, DateTimeOffset at, CaseState state) =>
        state.Claim is { } claim && (claim.By, claim.SanctionId) == (by, sanctionId) && claim.Until - at > Lease / 2;

    /// <summary>Looking around while a sanction is imposed changes nothing about that.</summary>
    private static CaseEvent[] Claimed(CaseCommand.View v, CaseState state) =>
        IsRenewedLater(v.By, null, v.At, state) || state.IsReservedForOther(null, v.At)
            ? []
            : [new CaseEvent.Claimed(state.Find(v.ReportId)!.CaseId, state.Find(v.ReportId)!.VisitorId, v.By, v.At + Lease, v.At)];

    private static CaseEvent.Viewed Viewed(CaseCommand.View v, CaseState state) =>
        new(
            state.Find(v.ReportId)!.CaseId, state.Find(v.ReportId)!.VisitorId, v.ReportId, v.By, v.At,
            Knowingly: IsSevereAndSeenByOther(v.By, state));

    private static ImmutableList<LegalHold> Ended(ImmutableList<LegalHold> holds, DateTimeOffset at) =>
        holds is [.., { EndedAt: null } last] ? holds.SetItem(holds.Count - 1, last with { EndedAt = last.Ends < at ? last.Ends : at }) : holds;

    private static CaseState Raised(CaseState state, ICaseItem item) => state with { Open = state.Open.Add(item) };

    private static ImmutableHashSet<Guid> IdsOfOpen(CaseState state) => [.. state.Open.Select(item => item.Id)];

    private static CaseState Evolve(CaseState state, CaseEvent happened) =>
        Followed(MakesSevere(happened) ? Severe(Remembered(state, happened), happened) : Remembered(state, happened), happened);

    private static CaseState Severe(CaseState state, CaseEvent happened) => happened is ICaseItem said
        ? state with { IsSevere = true, SaidSevere = state.SaidSevere.Add(said.Id) }
        : state with { IsSevere = true, IsFoundSevere = true };

    private static CaseState Followed(CaseState state, CaseEvent happened) => happened switch
    {
        CaseEvent.Reported e => Raised(state with { Reports = state.Reports.SetItem(e.ReportId, e) }, e),
        CaseEvent.Flagged e => Raised(state with { Flags = state.Flags.SetItem(e.FlagId, e) }, e),
        CaseEvent.Claimed e => state with { Claim = new(e.By, e.Until) },
        CaseEvent.Reserved e => state with
        {
            Claim = new(e.By, e.Until, e.SanctionId) { About = IdsOfOpen(state), Before = state.Claim is { Before: { } before } claim && claim.SanctionId == e.SanctionId ? before : state.Severity },
        },
        CaseEvent.Escalated e => state with { Escalation = e },
        CaseEvent.Viewed e => state with
        {
            Seen = state.IsOpen(e.ReportId) ? state.Seen.SetItem(e.By, IdsOfOpen(state)) : state.Seen,
            Viewers = state.Viewers.Add(e.By),
            LastViewed = (e.By, e.At),
        },
        CaseEvent.Exported e => state with { Viewers = state.Viewers.Add(e.By), LastViewed = (e.By, e.At), Exports = state.Exports.Add(e) },
        CaseEvent.Decided e => Decided(state, e, e.Reports is { } ids ? state.Open.RemoveAll(item => ids.Contains(item.Id)) : []),
        CaseEvent.Unrestricted => state with { IsSevere = false, WasSevere = true },
        CaseEvent.Held e => state with { Holds = Ended(state.Holds, e.At).Add(new(e, null)) },
        CaseEvent.Released e => state with { Holds = Ended(state.Holds, e.At) },
        _ => FollowedAtDesk(state, happened),
    };

    /// <summary>
    /// What was to come by itself does not come of reports that are decided: what stays open is looked at anew. Whoever works
    /// on that goes on with it after an automated decision.
    /// </summary>
    private static CaseState Decided(CaseState state, CaseEvent.Decided e, ImmutableList<ICaseItem> open) => state with
    {
        Open = open,
        Claim = e.By is null && !open.IsEmpty && state.Claim is { By: { } } ? state.Claim : null,
        Escalation = null,
        LastDecision = e,
        LastUndone = null,
        Outcomes = state.Outcomes.SetItems(state.Open.Except(open).Select(item => KeyValuePair.Create(item.Id, e))),
        SaidSevere = e.Outcome == CaseOutcome.Dismissed ? state.SaidSevere.Except(state.Open.Except(open).Select(item => item.Id)) : state.SaidSevere,
        Decisions = state.Decisions + 1,
    };
}
