using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

/// <summary>What the public is told, and that it stays so.</summary>
public sealed class TransparencyTests
{
    private static readonly Guid Olga = new("22222222-2222-4222-8222-222222222222");
    private static readonly TransparencyPeriod February = TransparencyPeriod.Month(2026, 2);
    private static readonly DateTimeOffset March = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_report_is_published_once_its_period_is_over_and_never_changes()
    {
        var published = new TransparencyEvent.Published(February.From, February.Until, [new("reports", "hate", 2)], "00", Olga, March);
        Rules().When(Publish(February, March)).Then(published, Twice.ChangesNothing);
        Rules(published).When(Publish(February, March.AddDays(1)) with { Lines = [new("reports", "hate", 7)], Hash = "11" }).ThenNothing();
        Rules().When(Publish(February, March.AddTicks(-1))).ThenRefused("transparency.not-over");
        Rules().When(Publish(new(February.Until, February.From), March)).ThenRefused("transparency.period");
        Rules().When(Publish(new(new(2024, 1, 1), new(2025, 1, 1)), March)).ThenRefused("transparency.period");
    }

    [Theory]
    [InlineData("reports", 0L, "0")]
    [InlineData("reports", 1L, "under 3")]
    [InlineData("appeals", 2L, "under 3")]
    [InlineData("reports", 3L, "3")]
    [InlineData("median-seconds-to-action", 2L, "2")]
    [InlineData("median-seconds-to-action", null, null)]
    public void A_count_that_could_point_at_a_person_is_not_told(string measure, long? value, string? shown) =>
        Assert.Equal(shown, Transparency.Shown(new(measure, null, value)));

    [Fact]
    public void A_median_of_few_is_not_told()
    {
        Assert.Null(Transparency.Median(60, 2));
        Assert.Equal(61, Transparency.Median(60.6, 3));
    }

    [Theory]
    [InlineData("2026-02", "2026-02")]
    [InlineData("2026-02-01..2026-02-28", "2026-02")]
    [InlineData("2026-02-01..2026-03-05", "2026-02-01..2026-03-05")]
    [InlineData("9999-12", "9999-12")]
    [InlineData("2026-13", null)]
    [InlineData("2026-03-05..2026-02-01", null)]
    [InlineData("../etc", null)]
    [InlineData(null, null)]
    public void A_period_is_a_month_or_days(string? text, string? period) => Assert.Equal(period, TransparencyPeriod.Parse(text)?.ToString());

    private static PublishTransparency Publish(TransparencyPeriod period, DateTimeOffset at) => new(period, [new("reports", "hate", 2)], "00", Olga, at);

    private static GivenEvents<PublishTransparency, TransparencyEvent, TransparencyState> Rules(params TransparencyEvent[] events) => Transparency.Decider.Given(events);
}
