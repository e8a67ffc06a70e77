using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

public sealed class EscalationPolicyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid[] Devices = [.. Enumerable.Range(1, 6).Select(number => new Guid(number, 0, 0, new byte[8]))];

    [Fact]
    public void Three_different_browsers_that_name_the_same_policy_are_enough() =>
        Assert.Equal("harassment", Judge(Report(0), Report(1), Report(2)));

    [Fact]
    public void Two_are_not_and_nor_are_three_that_name_different_policies()
    {
        Assert.Null(Judge(Report(0), Report(1)));
        Assert.Null(Judge(Report(0), Report(1), Report(2, ReportReason.Spam)));
        Assert.Null(Judge());
    }

    [Fact]
    public void Whoever_reports_again_and_again_counts_once() =>
        Assert.Null(Judge(Report(0), Report(0), Report(0), Report(1)));

    [Fact]
    public void Reporters_whose_reports_led_to_nothing_count_less()
    {
        Assert.Null(Judge(device => device == Devices[0] ? new(0, 2) : new(0, 0), Report(0), Report(1), Report(2)));
        Assert.Equal("harassment", Judge(device => device == Devices[0] ? new(0, 2) : new(0, 0), Report(0), Report(1), Report(2), Report(3)));
        Assert.Equal("harassment", Judge(device => device == Devices[0] ? new(5, 1) : new(0, 0), Report(0), Report(1), Report(2)));
        Assert.Null(Judge(_ => new(0, 9), Report(0), Report(1), Report(2), Report(3), Report(4)));
    }

    [Fact]
    public void What_says_too_little_is_left_to_people() =>
        Assert.Null(Judge(Report(0, ReportReason.Other), Report(1, ReportReason.Other), Report(2, ReportReason.Other)));

    [Fact]
    public void A_severe_policy_takes_somebody_who_was_right_before_and_goes_before_milder_ones()
    {
        CaseEvent.Reported[] severe = [Report(0, ReportReason.Underage), Report(1, ReportReason.Underage), Report(2, ReportReason.Underage)];
        CaseEvent.Reported[] milder = [Report(0), Report(1), Report(2), Report(3)];
        Func<Guid, ReporterRecord> oneWasRight = device => device == Devices[2] ? new(1, 0) : new(0, 0);
        Assert.Null(Judge(severe));
        Assert.Null(Judge(device => device == Devices[3] ? new(1, 0) : new(0, 0), severe));
        Assert.Equal("harassment", Judge([.. severe, .. milder]));
        Assert.Equal("underage", Judge(oneWasRight, severe));
        Assert.Equal("underage", Judge(oneWasRight, [.. severe, .. milder]));
    }

    [Fact]
    public void Most_reporters_decide_and_where_they_are_as_many_the_milder_policy()
    {
        Assert.Equal("spam", Judge(
            Report(0, ReportReason.Hate), Report(1, ReportReason.Hate), Report(2, ReportReason.Hate),
            Report(3, ReportReason.Spam), Report(4, ReportReason.Spam), Report(5, ReportReason.Spam)));
        Assert.Equal("hate", Judge(
            Report(0, ReportReason.Hate), Report(1, ReportReason.Hate), Report(2, ReportReason.Hate), Report(3, ReportReason.Hate),
            Report(3, ReportReason.Spam), Report(4, ReportReason.Spam), Report(5, ReportReason.Spam)));
    }

    [Fact]
    public void After_one_automated_step_there_is_no_other_for_a_day_but_for_what_is_severe()
    {
        static string? After(TimeSpan? passed, params CaseEvent.Reported[] open) =>
            EscalationPolicy.Judge(open, _ => new(1, 0), passed is { } time ? Noon - time : null, Noon)?.Code;

        CaseEvent.Reported[] mild = [Report(0), Report(1), Report(2)];
        CaseEvent.Reported[] severe = [Report(3, ReportReason.Underage), Report(4, ReportReason.Underage), Report(5, ReportReason.Underage)];
        Assert.Equal("harassment", After(null, mild));
        Assert.Null(After(TimeSpan.Zero, mild));
        Assert.Null(After(EscalationPolicy.BetweenSteps - TimeSpan.FromTicks(1), mild));
        Assert.Equal("harassment", After(EscalationPolicy.BetweenSteps, mild));
        Assert.Equal("underage", After(TimeSpan.Zero, [.. mild, .. severe]));
    }

    private static string? Judge(params CaseEvent.Reported[] open) => Judge(_ => new(0, 0), open);

    private static string? Judge(Func<Guid, ReporterRecord> records, params CaseEvent.Reported[] open) => EscalationPolicy.Judge(open, records, null, Noon)?.Code;

    private static CaseEvent.Reported Report(int device, ReportReason reason = ReportReason.Harassment) => new(
        Guid.Empty, Guid.Empty, Guid.Empty, Guid.Empty, Devices[device], Guid.Empty, Guid.Empty, reason, null, "key", "sealed", "00", 0, default);
}
