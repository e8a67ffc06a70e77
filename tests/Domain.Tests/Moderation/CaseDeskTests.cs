using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

/// <summary>Notes, handing a case on, taking a decision back, and the version that a decision was made on.</summary>
public sealed class CaseDeskTests
{
    private static readonly Guid CaseId = new("cccccccc-0000-4000-8000-000000000001");
    private static readonly Guid Reported = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid Staff = new("99999999-0000-4000-8000-000000000001");
    private static readonly Guid OtherStaff = new("99999999-0000-4000-8000-000000000002");
    private static readonly Guid SanctionId = new("bbbbbbbb-0000-4000-8000-000000000001");
    private static readonly Guid NoteId = new("eeeeeeee-0000-4000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CaseCommand.Refer HandOn { get; } = new(NoteId, "sealed", "c", Staff, Noon);

    [Fact]
    public void A_note_is_written_at_any_time_by_whoever_may_see_the_case()
    {
        var note = new CaseCommand.Note(NoteId, "sealed", "c", OtherStaff, Noon);
        Case.Decider.Given(Report(1), Claimed(Staff, Noon)).When(note).Then(Noted(OtherStaff), Twice.ChangesNothing);
        Case.Decider.Given(Report(1), Decided(Noon)).When(note).Then(Noted(OtherStaff), Twice.ChangesNothing);
        Case.Decider.Given(Report(1, ReportReason.Underage)).When(note).ThenRefused("case.restricted");
        Case.Decider.Given().When(note).ThenRefused("case.unknown");
    }

    [Fact]
    public void A_case_is_handed_on_with_a_note_and_whoever_did_works_on_it_no_longer()
    {
        CaseEvent[] handedOn = [Noted(Staff), Referred(1)];
        Case.Decider.Given(Report(1), Claimed(Staff, Noon)).When(HandOn).Then(handedOn, Twice.IsRefused("case.handed-on"));
        Case.Decider.Given(Report(1), Claimed(OtherStaff, Noon)).When(HandOn).ThenRefused("case.claimed");
        Case.Decider.Given(Report(1), Reserved(Staff)).When(HandOn).ThenRefused("case.claimed");
        Case.Decider.Given(Report(1), Decided(Noon)).When(HandOn).ThenRefused("case.not-open");

        CaseEvent[] given = [Report(1), Claimed(Staff, Noon), .. handedOn];
        foreach (var (refused, allowed) in new (CaseCommand, CaseCommand)[]
        {
            (new CaseCommand.TakeOn(Staff, Noon), new CaseCommand.TakeOn(OtherStaff, Noon, HandlesSevere: true)),
            (new CaseCommand.View(ReportId(1), Staff, Noon), new CaseCommand.View(ReportId(1), OtherStaff, Noon, HandlesSevere: true)),
            (new CaseCommand.Reserve(SanctionId, Staff, Noon), new CaseCommand.Reserve(SanctionId, OtherStaff, Noon, HandlesSevere: true)),
            (Dismiss(Noon), Dismiss(Noon) with { By = OtherStaff, HandlesSevere = true }),
        })
        {
            Case.Decider.Given(given).When(refused).ThenRefused("case.handed-on");
            Assert.IsType<Decision<CaseEvent>.Accepted>(Case.Decider.Decide(allowed, Case.Decider.Fold(given)));
        }

        Case.Decider.Given(given).When(HandOn with { NoteId = Guid.NewGuid(), HandlesSevere = true }).ThenRefused("case.already-handed-on");
        Case.Decider.Given(given).When(HandOn with { HandlesSevere = true }).ThenNothing();

        // It was about what was open then.
        Assert.False(Case.Decider.Fold([.. given, Decided(Noon) with { By = OtherStaff }, Report(2)]).IsReferred);
    }

    [Fact]
    public void Whoever_decided_takes_it_back_within_a_minute_and_has_the_case_again()
    {
        var undo = new CaseCommand.Undo(Staff, Noon.AddSeconds(60));
        CaseEvent[] given = [Report(1), Report(2), Viewed(1), Claimed(Staff, Noon), Decided(Noon, 1, 2)];
        Case.Decider.Given(given).When(undo).Then(
            [Undone(undo.At, 1, 2), Claimed(Staff, undo.At)], Twice.ChangesNothing);
        Case.Decider.Given(given).When(undo with { At = Noon.AddSeconds(61) }).ThenRefused("case.undone-late");
        Case.Decider.Given(given).When(undo with { By = OtherStaff }).ThenRefused("case.not-theirs");
        Case.Decider.Given(Report(1)).When(undo).ThenRefused("case.not-theirs");

        // Also from somebody who went on with what came since, but not from a sanction on its way.
        Case.Decider.Given([.. given, Report(3), Claimed(OtherStaff, Noon)]).When(undo).Then(
            [Undone(undo.At, 1, 2), Claimed(Staff, undo.At)], Twice.ChangesNothing);
        Case.Decider.Given([.. given, Report(3), Reserved(OtherStaff)]).When(undo).ThenRefused("case.claimed");

        var after = Case.Decider.Fold([.. given, Report(3), Undone(undo.At, 1, 2), Claimed(Staff, undo.At)]);
        Assert.Equal([ReportId(1), ReportId(2), ReportId(3)], after.Open.Select(item => item.Id));
        Assert.Null(after.LastDecision);

        // A decision of its own can be made, and taken back again.
        CaseEvent[] again = [.. given, Undone(undo.At, 1, 2), Claimed(Staff, undo.At), Decided(undo.At, 1, 2)];
        Case.Decider.Given(again).When(undo).Then([Undone(undo.At, 1, 2), Claimed(Staff, undo.At)], Twice.ChangesNothing);
    }

    [Fact]
    public void What_was_taken_back_leaves_the_case_as_severe_as_it_was()
    {
        // Severe by a ban that was a mistake: whoever made it may take it back, though they may not see the case by now.
        var banned = Decided(Noon, 1) with { Outcome = CaseOutcome.Upheld, SanctionId = SanctionId, Policy = "child-safety" };
        CaseEvent[] given = [Report(1), Reserved(Staff), new CaseEvent.FoundSevere(CaseId, Reported, "child-safety", Staff, Noon), banned];
        var undone = Undone(Noon, 1) with { Outcome = CaseOutcome.Upheld, SanctionId = SanctionId };
        Assert.True(Case.Decider.Fold(given).IsSevere);
        Case.Decider.Given(given).When(new CaseCommand.Undo(Staff, Noon)).Then([undone, Claimed(Staff, Noon)], Twice.ChangesNothing);
        var after = Case.Decider.Fold([.. given, undone, Claimed(Staff, Noon)]);
        Assert.Equal((false, false, true), (after.IsSevere, after.IsFoundSevere, after.WasKeptLonger));

        // Severe no longer by a dismissal that was a mistake.
        CaseEvent[] dismissed = [Report(1, ReportReason.Underage), Decided(Noon, 1), new CaseEvent.Unrestricted(CaseId, Reported, Staff, Noon)];
        Assert.False(Case.Decider.Fold(dismissed).IsSevere);
        Case.Decider.Given(dismissed).When(new CaseCommand.Undo(Staff, Noon)).Then([Undone(Noon, 1) with { IsSevere = true }, Claimed(Staff, Noon)], Twice.ChangesNothing);
        after = Case.Decider.Fold([.. dismissed, Undone(Noon, 1) with { IsSevere = true }]);
        Assert.True(after.IsSevere);
        Assert.Equal([ReportId(1)], after.SaidSevere);
    }

    [Fact]
    public void A_decision_on_a_case_that_changed_is_refused_and_looking_and_claiming_change_nothing()
    {
        CaseEvent[] given = [Report(1), Claimed(Staff, Noon), Viewed(1)];
        var version = Case.Decider.Fold(given).Version;
        Case.Decider.Given(given).When(Dismiss(Noon) with { Version = version }).Then(Decided(Noon, 1), Twice.IsRefused("case.changed"));

        foreach (var since in new CaseEvent[] { Report(2), Noted(OtherStaff), Decided(Noon, 1) with { By = OtherStaff } })
        {
            CaseEvent[] changed = [.. given, since];
            Case.Decider.Given(changed).When(Dismiss(Noon) with { Version = version }).ThenRefused("case.changed");
            Case.Decider.Given(changed).When(new CaseCommand.Reserve(SanctionId, Staff, Noon, Version: version)).ThenRefused("case.changed");
            Assert.Equal([since], Case.Decider.Fold(changed).ChangedSince(version));
        }

        // What comes while its own sanction is imposed does not stop the decision that names it.
        Case.Decider.Given([.. given, Reserved(Staff), Report(2)])
            .When(new CaseCommand.Decide(CaseOutcome.Upheld, SanctionId, Staff, Noon, Version: version))
            .Then(Decided(Noon, 1) with { Outcome = CaseOutcome.Upheld, SanctionId = SanctionId }, Twice.IsRefused("case.changed"));
    }

    [Fact]
    public void Reports_are_dismissed_as_false_and_nothing_else_is_false()
    {
        Case.Decider.Given(Report(1)).When(Dismiss(Noon) with { IsFalse = true }).Then(Decided(Noon, 1) with { IsFalse = true }, Twice.IsRefused("case.not-open"));
        Case.Decider.Given(Report(1)).When(Dismiss(Noon) with { Outcome = CaseOutcome.Upheld, IsFalse = true })
            .Then(Decided(Noon, 1) with { Outcome = CaseOutcome.Upheld }, Twice.IsRefused("case.not-open"));
        Assert.Equal(1, new ReporterRecord(4, 0).Reliability);
        Assert.Equal(0.5, new ReporterRecord(0, 1).Reliability);
        Assert.Equal(0.25, new ReporterRecord(0, 1, 1).Reliability);
    }

    [Fact]
    public void A_sanction_ends_with_the_decision_that_it_came_with()
    {
        var issued = new BanEvent.Issued(SanctionId, Reported, "hate", 4, Noon.AddDays(180), null, "sealed", Staff, Noon);
        var undo = new BanCommand.Undo(SanctionId, "why", Staff, Noon.AddMinutes(1));
        Ban.Decider.Given(issued).When(undo).Then(new BanEvent.Lifted(SanctionId, Reported, "why", Staff, undo.At), Twice.ChangesNothing);
        Ban.Decider.Given(issued).When(undo with { By = OtherStaff }).ThenRefused("ban.not-theirs");
        Ban.Decider.Given(issued).When(undo with { At = Noon + Ban.UndoneWithin + TimeSpan.FromSeconds(1) }).ThenRefused("ban.undone-late");
        Ban.Decider.Given().When(undo).ThenRefused("ban.unknown");
        Ban.Decider.Given(new BanEvent.Warned(SanctionId, Reported, "hate", 4, Noon.AddDays(180), "sealed", Staff, Noon)).When(undo)
            .Then(new BanEvent.Lifted(SanctionId, Reported, "why", Staff, undo.At), Twice.ChangesNothing);
    }

    private static CaseCommand.Decide Dismiss(DateTimeOffset at) => new(CaseOutcome.Dismissed, null, Staff, at);

    private static Guid ReportId(int number) => new(number, 0, 0, new byte[8]);

    private static CaseEvent.Reported Report(int number, ReportReason reason = ReportReason.Harassment) => new(
        CaseId, ReportId(number), new(number, 1, 0, new byte[8]), new(number, 2, 0, new byte[8]), new(number, 3, 0, new byte[8]), Reported, Guid.Empty,
        reason, null, "c", "sealed", "00", 1, Noon.AddMinutes(number - 10));

    private static CaseEvent.Viewed Viewed(int number) => new(CaseId, Reported, ReportId(number), Staff, Noon);

    private static CaseEvent.Claimed Claimed(Guid by, DateTimeOffset at) => new(CaseId, Reported, by, at + Case.Lease, at);

    private static CaseEvent.Reserved Reserved(Guid by) => new(CaseId, Reported, SanctionId, by, Noon + Case.Lease, Noon);

    private static CaseEvent.Noted Noted(Guid by) => new(CaseId, Reported, NoteId, "sealed", "c", by, Noon);

    private static CaseEvent.Referred Referred(params int[] reports) => new(CaseId, Reported, NoteId, [.. reports.Select(ReportId)], Staff, Noon);

    private static CaseEvent.Decided Decided(DateTimeOffset at, params int[] reports) =>
        new(CaseId, Reported, reports is [] ? [ReportId(1)] : [.. reports.Select(ReportId)], CaseOutcome.Dismissed, null, Staff, at);

    private static CaseEvent.Undone Undone(DateTimeOffset at, params int[] reports) =>
        new(CaseId, Reported, [.. reports.Select(ReportId)], CaseOutcome.Dismissed, null, false, Staff, at);
}
