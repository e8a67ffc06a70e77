using System.Collections.Immutable;

namespace RandomChat.Domain.Moderation;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream ban-{visitorId}. Their properties are the storage format: they are only ever added to.
// ---------------------------------------------------------------------------------------------------------------

public enum AppealOutcome
{
    Upheld,
    Overturned,
}

/// <summary>What was done about a visitor: warnings, bans, their end, and appeals against them.</summary>
public abstract record BanEvent
{
    private BanEvent()
    {
    }

    /// <summary>The visitor was warned. <c>Statement</c> is sealed under a case key, for the sanction.</summary>
    /// <param name="Policy">The code of the policy that was broken.</param>
    /// <param name="Strikes">How much it counts on the ladder, until <c>StrikesUntil</c>.</param>
    /// <param name="By">Who of the staff did it; null where it was automated.</param>
    public sealed record Warned(
        Guid SanctionId, Guid VisitorId, string Policy, int Strikes, DateTimeOffset StrikesUntil, string Statement, Guid? By,
        DateTimeOffset At) : BanEvent;

    /// <summary>The visitor was here when the warning was shown.</summary>
    public sealed record Told(Guid SanctionId, Guid VisitorId, DateTimeOffset At) : BanEvent;

    /// <summary>The visitor was banned. <c>Statement</c> is sealed under a case key, for the sanction.</summary>
    /// <param name="Policy">The code of the policy that was broken.</param>
    /// <param name="Strikes">How much it counts on the ladder, until <c>StrikesUntil</c>.</param>
    /// <param name="Until">When it ends by itself; null for good.</param>
    /// <param name="By">Who of the staff did it; null where it was automated.</param>
    public sealed record Issued(
        Guid SanctionId, Guid VisitorId, string Policy, int Strikes, DateTimeOffset StrikesUntil, DateTimeOffset? Until,
        string Statement, Guid? By, DateTimeOffset At) : BanEvent;

    /// <summary>The ban follows a browser too. <c>Mark</c> is a keyed hash of its id, so that it outlives an erasure and tells nobody who it was.</summary>
    public sealed record DeviceMarked(Guid SanctionId, Guid VisitorId, string Mark, DateTimeOffset? Until, DateTimeOffset At) : BanEvent;

    /// <summary>The ban was taken back, and its strikes with it. <c>Statement</c>, the reason, is sealed under a case key, for the sanction.</summary>
    public sealed record Lifted(Guid SanctionId, Guid VisitorId, string Statement, Guid By, DateTimeOffset At) : BanEvent;

    /// <summary>
    /// Somebody of the staff looked again at a ban for good, as is due each year, and keeps it. <c>Statement</c>, why, is sealed
    /// under a case key, for the sanction.
    /// </summary>
    public sealed record Reviewed(Guid SanctionId, Guid VisitorId, string Statement, Guid By, DateTimeOffset At) : BanEvent;

    /// <summary>Whoever was sanctioned asks for another look. <c>Statement</c> is sealed under a case key, for the appeal.</summary>
    public sealed record AppealFiled(Guid AppealId, Guid SanctionId, Guid VisitorId, string Statement, DateTimeOffset At) : BanEvent;

    /// <summary>
    /// The appeal was decided. An overturned sanction ends, and its strikes with it. <c>Statement</c>, the answer, is sealed
    /// under a case key, for the appeal.
    /// </summary>
    /// <param name="By">Who of the staff.</param>
    public sealed record AppealDecided(
        Guid AppealId, Guid SanctionId, Guid VisitorId, AppealOutcome Outcome, string Statement, Guid By, DateTimeOffset At) : BanEvent;
}

// ---------------------------------------------------------------------------------------------------------------
// Commands and state.
// ---------------------------------------------------------------------------------------------------------------

public abstract record BanCommand
{
    private BanCommand()
    {
    }

    /// <summary>Does what the ladder says for one more breach of a policy; where it is automated, up to <see cref="SanctionLadder.LastAutomated"/>.</summary>
    /// <param name="By">Who of the staff; null where it is automated.</param>
    /// <param name="Marks">Keyed hashes of the visitor's browsers.</param>
    /// <param name="Most">No harder than this, whatever the ladder says; null where it decides alone.</param>
    public sealed record Sanction(
        Guid SanctionId, Guid VisitorId, string Policy, string Statement, Guid? By, IReadOnlyList<string> Marks, DateTimeOffset At,
        SanctionStep? Most = null) : BanCommand;

    /// <summary>
    /// Warns at once of what a program found, whatever the ladder says: once for a policy within <see cref="Ban.WarnedOnceIn"/>.
    /// It counts no strikes, since nobody has looked.
    /// </summary>
    public sealed record Warn(Guid SanctionId, Guid VisitorId, string Policy, string Statement, DateTimeOffset At) : BanCommand;

    /// <summary>Bans until a moment that somebody chose.</summary>
    /// <param name="Until">Null for good.</param>
    /// <inheritdoc cref="Sanction"/>
    public sealed record Issue(
        Guid SanctionId, Guid VisitorId, string Policy, DateTimeOffset? Until, string Statement, Guid? By, IReadOnlyList<string> Marks,
        DateTimeOffset At) : BanCommand;

    /// <summary>What the staff does about a sanction afterwards: refused where its policy is severe and they may not see those.</summary>
    /// <param name="HandlesSevere">Whether they may see severe cases, and do anything about one.</param>
    public abstract record OfStaff(bool HandlesSevere) : BanCommand;

    /// <summary>Takes the ban that lasts back.</summary>
    public sealed record Lift(string Statement, Guid By, DateTimeOffset At, bool HandlesSevere = false) : OfStaff(HandlesSevere);

    /// <summary>Whoever imposed a sanction takes it back at once, with the decision that it came with.</summary>
    public sealed record Undo(Guid SanctionId, string Statement, Guid By, DateTimeOffset At) : BanCommand;

    /// <summary>Keeps the ban for good that lasts, after looking at it again.</summary>
    public sealed record Review(string Statement, Guid By, DateTimeOffset At, bool HandlesSevere = false) : OfStaff(HandlesSevere);

    /// <summary>Notes that warnings are shown.</summary>
    public sealed record Tell(IReadOnlyList<Guid> SanctionIds, DateTimeOffset At) : BanCommand;

    public sealed record FileAppeal(Guid AppealId, Guid SanctionId, string Statement, DateTimeOffset At) : BanCommand;

    public sealed record DecideAppeal(Guid AppealId, AppealOutcome Outcome, string Statement, Guid By, DateTimeOffset At, bool HandlesSevere = false)
        : OfStaff(HandlesSevere);
}

/// <summary>A warning or a ban, and what became of it.</summary>
/// <param name="IsBan">Else it was a warning.</param>
/// <param name="Until">When a ban ends by itself; null for good.</param>
/// <param name="By">Who of the staff; null where it was automated.</param>
/// <param name="Statement">Sealed.</param>
public sealed record Sanction(
    Guid Id, string Policy, bool IsBan, int Strikes, DateTimeOffset StrikesUntil, DateTimeOffset? Until, string Statement, Guid? By, DateTimeOffset At)
{
    public bool IsLifted { get; init; }

    /// <summary>When somebody last looked at a ban for good again and kept it; null where nobody has.</summary>
    public DateTimeOffset? ReviewedAt { get; init; }

    /// <summary>Why they kept it, sealed; null where nobody has.</summary>
    public string? ReviewStatement { get; init; }

    public bool IsSevere => Policies.IsSevere(Policy);

    /// <summary>When a ban for good has to be looked at again; null where there is nothing to review.</summary>
    public DateTimeOffset? ReviewDueAt => IsBan && Until is null && !IsTakenBack ? Ban.ReviewDueAt(At, ReviewedAt) : null;

    /// <summary>Lifted, or overturned on appeal: it keeps nobody out and counts for nothing.</summary>
    public bool IsTakenBack => IsLifted || Appeal is { Outcome: AppealOutcome.Overturned };

    /// <summary>The one appeal against it; null where there is none.</summary>
    public Appeal? Appeal { get; init; }

    /// <summary>Whether a warning was shown.</summary>
    public bool IsTold { get; init; }

    public bool IsAutomated => By is null;

    /// <summary>Whether it keeps somebody out at a moment.</summary>
    public bool LastsAt(DateTimeOffset at) => IsBan && !IsTakenBack && (Until is not { } end || end > at);

    /// <summary>Whether it keeps somebody out for longer than until a moment, null meaning for good.</summary>
    public bool OutlastsOrEquals(DateTimeOffset? other) => Until is not { } end || (other is { } moment && end >= moment);
}

/// <param name="Statement">Sealed.</param>
public sealed record Appeal(Guid Id, string Statement, DateTimeOffset FiledAt)
{
    /// <summary>Null while nobody has decided it.</summary>
    public AppealOutcome? Outcome { get; init; }

    /// <summary>Sealed; null while nobody has decided it.</summary>
    public string? Answer { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }
}

/// <param name="VisitorId">Null before the first sanction.</param>
public sealed record BanState(Guid? VisitorId, ImmutableList<Sanction> Sanctions)
{
    /// <summary>The ban that keeps the visitor out at a moment, the longest where there are several; else null.</summary>
    public Sanction? ActiveAt(DateTimeOffset at) =>
        Sanctions.Where(sanction => sanction.LastsAt(at)).OrderByDescending(sanction => sanction.Until ?? DateTimeOffset.MaxValue).FirstOrDefault();

    /// <summary>The strikes that count at a moment.</summary>
    public int StrikesAt(DateTimeOffset at) =>
        Sanctions.Where(sanction => !sanction.IsTakenBack && sanction.StrikesUntil > at).Sum(sanction => sanction.Strikes);

    /// <summary>Warnings that were not shown yet, oldest first.</summary>
    public IEnumerable<Sanction> UntoldWarnings => Sanctions.Where(sanction => sanction is { IsBan: false, IsTold: false, IsTakenBack: false });

    /// <summary>Whether something was done about a policy since a moment, and not taken back.</summary>
    public bool IsSanctionedFor(string policy, DateTimeOffset since) =>
        Sanctions.Any(sanction => sanction.Policy == policy && !sanction.IsTakenBack && sanction.At > since);

    /// <summary>When the ladder was last climbed without anybody having looked, and it was not taken back; null where it never was.</summary>
    public DateTimeOffset? LastAutomatedStep =>
        Sanctions.LastOrDefault(sanction => sanction is { IsAutomated: true, IsTakenBack: false, Strikes: > 0 })?.At;

    public Sanction? AppealedBy(Guid appealId) => Sanctions.FirstOrDefault(sanction => sanction.Appeal?.Id == appealId);

    public Sanction? Find(Guid sanctionId) => Sanctions.FirstOrDefault(sanction => sanction.Id == sanctionId);
}

/// <summary>The rules of sanctions.</summary>
public static class Ban
{
    public const int MaximumStatementLength = 2_000;

    /// <summary>Whoever was sanctioned for a policy is not warned automatically of the same again for so long.</summary>
    public static readonly TimeSpan WarnedOnceIn = TimeSpan.FromDays(1);

    /// <summary>How long a ban for good lasts until somebody has to look at it again.</summary>
    public static readonly TimeSpan ReviewedEvery = TimeSpan.FromDays(365);

    /// <summary>
    /// The last moment at which a sanction ends with the decision that it came with. The case says whether that can be taken back
    /// (<see cref="Case.UndoneWithin"/>) and is asked first; this is longer, since after an outage a decision comes so much later than its sanction.
    /// </summary>
    public static readonly TimeSpan UndoneWithin = Case.UndoneWithin + Case.Lease;

    /// <param name="reviewed">Null where nobody has reviewed it yet.</param>
    public static DateTimeOffset ReviewDueAt(DateTimeOffset issued, DateTimeOffset? reviewed) => (reviewed ?? issued) + ReviewedEvery;

    public static readonly Decider<BanCommand, BanEvent, BanState> Decider = new("ban", new(null, []), Decide, Evolve);

    private static Decision<BanEvent> Decide(BanCommand command, BanState state) => command switch
    {
        BanCommand.OfStaff { HandlesSevere: false } s when About(s, state).Any(sanction => sanction.IsSevere) => Restricted,

        BanCommand.Sanction { SanctionId: var id } when state.Find(id) is not null => Decision<BanEvent>.AlreadySo,
        BanCommand.Issue { SanctionId: var id } when state.Find(id) is not null => Decision<BanEvent>.AlreadySo,
        BanCommand.Sanction s when Policies.Find(s.Policy) is not { } => UnknownPolicy,
        BanCommand.Issue s when Policies.Find(s.Policy) is not { } => UnknownPolicy,

        BanCommand.Warn { SanctionId: var id } when state.Find(id) is not null => Decision<BanEvent>.AlreadySo,
        BanCommand.Warn w when Policies.Find(w.Policy) is not { } => UnknownPolicy,
        BanCommand.Warn w when state.ActiveAt(w.At) is not null => AlreadyActive,
        BanCommand.Warn w when state.IsSanctionedFor(w.Policy, w.At - WarnedOnceIn) => Decision<BanEvent>.AlreadySo,
        BanCommand.Warn w => new BanEvent.Warned(w.SanctionId, w.VisitorId, w.Policy, 0, w.At, w.Statement, null, w.At),

        BanCommand.Sanction s => ByLadder(s, Policies.Find(s.Policy)!, state),

        BanCommand.Issue s when s.Until <= s.At => new Rejection("ban.until-past", "A ban ends later than now."),
        BanCommand.Issue s when state.ActiveAt(s.At)?.OutlastsOrEquals(s.Until) == true => AlreadyActive,
        BanCommand.Issue s => Issued(s, Policies.Find(s.Policy)!),

        BanCommand.Lift l when state.ActiveAt(l.At) is not { } => new Rejection("ban.not-active", "There is no ban that lasts."),
        BanCommand.Lift l => new Decision<BanEvent>.Accepted(
            [.. state.Sanctions.Where(sanction => sanction.LastsAt(l.At)).Select(sanction => new BanEvent.Lifted(sanction.Id, state.VisitorId!.Value, l.Statement, l.By, l.At))]),

        BanCommand.Undo u when state.Find(u.SanctionId) is not { } => new Rejection("ban.unknown", "There is no such decision."),
        BanCommand.Undo u when state.Find(u.SanctionId)!.IsTakenBack => Decision<BanEvent>.AlreadySo,
        BanCommand.Undo u when state.Find(u.SanctionId)!.By != u.By => new Rejection("ban.not-theirs", "Only whoever decided takes a decision back."),
        BanCommand.Undo u when u.At - state.Find(u.SanctionId)!.At > UndoneWithin =>
            new Rejection("ban.undone-late", "That is too long ago. Lift the ban, with a reason."),
        BanCommand.Undo u => new BanEvent.Lifted(u.SanctionId, state.VisitorId!.Value, u.Statement, u.By, u.At),

        BanCommand.Review r when state.ActiveAt(r.At)?.ReviewDueAt is not { } => new Rejection("ban.not-permanent", "There is no ban for good that lasts."),
        BanCommand.Review r when state.ActiveAt(r.At)!.ReviewDueAt > r.At => new Rejection("ban.review-not-due", "This ban is not to be reviewed yet."),
        BanCommand.Review r => new BanEvent.Reviewed(state.ActiveAt(r.At)!.Id, state.VisitorId!.Value, r.Statement, r.By, r.At),

        BanCommand.Tell t => new Decision<BanEvent>.Accepted(
            [.. state.UntoldWarnings.Where(warning => t.SanctionIds.Contains(warning.Id)).Select(warning => new BanEvent.Told(warning.Id, state.VisitorId!.Value, t.At))]),

        BanCommand.FileAppeal a when state.Find(a.SanctionId) is not { } => new Rejection("ban.unknown", "There is no such decision."),
        BanCommand.FileAppeal a when state.Find(a.SanctionId) is { Appeal: { } known } =>
            known.Id == a.AppealId ? Decision<BanEvent>.AlreadySo : new Rejection("appeal.already-filed", "This decision has been appealed already."),
        BanCommand.FileAppeal a when state.Find(a.SanctionId) is { IsLifted: true } => new Rejection("appeal.not-needed", "This decision was taken back already."),
        BanCommand.FileAppeal a => new BanEvent.AppealFiled(a.AppealId, a.SanctionId, state.VisitorId!.Value, a.Statement, a.At),

        BanCommand.DecideAppeal d when state.AppealedBy(d.AppealId) is not { } => new Rejection("appeal.unknown", "There is no such appeal."),
        BanCommand.DecideAppeal d when state.AppealedBy(d.AppealId) is { Appeal.Outcome: { } } => new Rejection("appeal.already-decided", "This appeal has been decided already."),
        BanCommand.DecideAppeal d when state.AppealedBy(d.AppealId) is { IsLifted: true } =>
            new Rejection("appeal.not-needed", "This decision was taken back already."),
        BanCommand.DecideAppeal d when d.Outcome == AppealOutcome.Upheld && state.AppealedBy(d.AppealId)!.By == d.By =>
            new Rejection("appeal.own-decision", "Whoever decided may overturn it, and leaves upholding it to somebody else."),
        BanCommand.DecideAppeal d => new BanEvent.AppealDecided(
            d.AppealId, state.AppealedBy(d.AppealId)!.Id, state.VisitorId!.Value, d.Outcome, d.Statement, d.By, d.At),

        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static Rejection UnknownPolicy { get; } = new("ban.unknown-policy", "Every sanction names a policy.");

    /// <summary>Who may not see severe cases takes back, keeps and answers nothing that was done about one.</summary>
    private static Rejection Restricted { get; } = new("ban.restricted", "This is about a severe breach. Few may see those, and they decide it.");

    private static IEnumerable<Sanction> About(BanCommand.OfStaff command, BanState state) => command switch
    {
        BanCommand.Lift l => state.Sanctions.Where(sanction => sanction.LastsAt(l.At)),
        BanCommand.Review r => state.ActiveAt(r.At) is { } active ? [active] : [],
        BanCommand.DecideAppeal d => state.AppealedBy(d.AppealId) is { } appealed ? [appealed] : [],
        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static Rejection AlreadyActive { get; } = new("ban.already-active", "A ban lasts already that ends no earlier.");

    private static Decision<BanEvent> ByLadder(BanCommand.Sanction s, Policy policy, BanState state)
    {
        var step = SanctionLadder.StepFor(state.StrikesAt(s.At) + policy.Strikes);
        if (s.By is null && !policy.IsSevere && step > SanctionLadder.LastAutomated)
        {
            step = SanctionLadder.LastAutomated;
        }

        if (step > s.Most)
        {
            step = s.Most.Value;
        }

        if (step == SanctionStep.Warning)
        {
            return state.ActiveAt(s.At) is { }
                ? AlreadyActive
                : new BanEvent.Warned(s.SanctionId, s.VisitorId, policy.Code, policy.Strikes, s.At + policy.StrikesLast, s.Statement, s.By, s.At);
        }

        var until = s.At + SanctionLadder.LengthOf(step);
        return state.ActiveAt(s.At)?.OutlastsOrEquals(until) == true
            ? AlreadyActive
            : Issued(new(s.SanctionId, s.VisitorId, s.Policy, until, s.Statement, s.By, s.Marks, s.At), policy);
    }

    private static Decision<BanEvent> Issued(BanCommand.Issue s, Policy policy) => new Decision<BanEvent>.Accepted(
    [
        new BanEvent.Issued(s.SanctionId, s.VisitorId, policy.Code, policy.Strikes, s.At + policy.StrikesLast, s.Until, s.Statement, s.By, s.At),
        .. s.Marks.Select(mark => new BanEvent.DeviceMarked(s.SanctionId, s.VisitorId, mark, s.Until, s.At)),
    ]);

    private static BanState Evolve(BanState state, BanEvent happened) => happened switch
    {
        BanEvent.Warned e => new(e.VisitorId, state.Sanctions.Add(
            new(e.SanctionId, e.Policy, IsBan: false, e.Strikes, e.StrikesUntil, null, e.Statement, e.By, e.At))),
        BanEvent.Issued e => new(e.VisitorId, state.Sanctions.Add(
            new(e.SanctionId, e.Policy, IsBan: true, e.Strikes, e.StrikesUntil, e.Until, e.Statement, e.By, e.At))),
        BanEvent.Told e => With(state, e.SanctionId, sanction => sanction with { IsTold = true }),
        BanEvent.Reviewed e => With(state, e.SanctionId, sanction => sanction with { ReviewedAt = e.At, ReviewStatement = e.Statement }),
        BanEvent.Lifted e => With(state, e.SanctionId, sanction => sanction with { IsLifted = true }),
        BanEvent.AppealFiled e => With(state, e.SanctionId, sanction => sanction with { Appeal = new(e.AppealId, e.Statement, e.At) }),
        BanEvent.AppealDecided e => With(state, e.SanctionId, sanction => sanction with
        {
            Appeal = sanction.Appeal! with { Outcome = e.Outcome, Answer = e.Statement, DecidedAt = e.At },
        }),
        _ => state,
    };

    private static BanState With(BanState state, Guid sanctionId, Func<Sanction, Sanction> change) =>
        state with { Sanctions = [.. state.Sanctions.Select(sanction => sanction.Id == sanctionId ? change(sanction) : sanction)] };
}
