using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class CaseTests
{
    private static readonly Guid CaseId = new("cccccccc-0000-4000-8000-000000000001");
    private static readonly Guid Reporter = new("11111111-0000-4000-8000-000000000001");
    private static readonly Guid OtherReporter = new("33333333-0000-4000-8000-000000000001");
    private static readonly Guid Reported = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid Device = new("dddddddd-0000-4000-8000-000000000001");
    private static readonly Guid MatchId = new("aaaaaaaa-0000-4000-8000-000000000001");
    private static readonly Guid OtherMatchId = new("aaaaaaaa-0000-4000-8000-000000000002");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<ReportReason> Reasons => [.. Enum.GetValues<ReportReason>()];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_match_is_reported_once_by_each_participant_for_any_reason(ReportReason reason) =>
        Case.Decider.Given()
            .When(new CaseCommand.Report(Report(reason: reason)))
            .Then(Report(reason: reason), Twice.IsRefused("case.already-reported"));

    [Fact]
    public void A_report_needs_no_comment_and_no_messages() =>
        Case.Decider.Given()
            .When(new CaseCommand.Report(Report() with { Comment = null, EvidenceMessages = 0 }))
            .Then(Report() with { Comment = null, EvidenceMessages = 0 }, Twice.IsRefused("case.already-reported"));

    [Fact]
    public void Reporting_the_same_match_with_another_reason_is_refused() =>
        Case.Decider.Given(Report())
            .When(new CaseCommand.Report(Report(number: 2, reason: ReportReason.Threat)))
            .ThenRefused("case.already-reported");

    [Fact]
    public void Another_match_with_the_same_visitor_can_be_reported() =>
        Case.Decider.Given(Report())
            .When(new CaseCommand.Report(Report(number: 2, match: OtherMatchId)))
            .Then(Report(number: 2, match: OtherMatchId), Twice.IsRefused("case.already-reported"));

    [Fact]
    public void Somebody_elses_report_joins_the_same_case() =>
        Case.Decider.Given(Report())
            .When(new CaseCommand.Report(Report(number: 2, reporter: OtherReporter, match: OtherMatchId)))
            .Then(Report(number: 2, reporter: OtherReporter, match: OtherMatchId), Twice.IsRefused("case.already-reported"));

    [Fact]
    public void Nobody_can_report_themselves() =>
        Case.Decider.Given().When(new CaseCommand.Report(Report(reporter: Reported))).ThenRefused("case.report-self");

    private static CaseEvent.Reported Report(
        byte number = 1, Guid? reporter = null, Guid? match = null, ReportReason reason = ReportReason.Spam) => new(
        CaseId, new Guid(number, 0, 0, new byte[8]), match ?? MatchId, reporter ?? Reporter, Device, Reported, Device, reason,
        "sealed-comment", "case-key", "sealed-evidence", "00ff", 3, Noon);
}
