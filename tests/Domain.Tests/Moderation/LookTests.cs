using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Moderation;

/// <summary>Which looks of the staff are recorded.</summary>
public sealed class LookTests
{
    private static readonly Guid Ada = new("11111111-1111-4111-8111-111111111111");
    private static readonly Guid Olga = new("22222222-2222-4222-8222-222222222222");
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_look_is_recorded_once_in_a_while_and_another_one_at_once()
    {
        var (viewed, searched) = (new LookEvent.HistoryViewed(Ada, Olga, Now), new LookEvent.LogSearched("a", "system", null, null, null, Olga, Now));
        Rules().When(new(viewed)).Then(viewed, Twice.ChangesNothing);
        Rules(viewed).When(new(viewed with { At = Now + Look.OnceIn - TimeSpan.FromTicks(1) })).ThenNothing();
        var later = viewed with { At = Now + Look.OnceIn };
        Rules(viewed).When(new(later)).Then(later, Twice.ChangesNothing);

        Rules().When(new(searched)).Then(searched, Twice.ChangesNothing);
        var other = searched with { Type = "b" };
        Rules(searched).When(new(other)).Then(other, Twice.ChangesNothing);

        // By whose events they were, and not by which list of them.
        var together = searched with { Subjects = [Ada] };
        Rules(searched).When(new(together)).Then(together, Twice.ChangesNothing);
        Rules(together).When(new(searched with { Subjects = [.. new[] { Ada }] })).ThenNothing();
    }

    [Fact]
    public void Every_file_that_was_taken_along_is_recorded()
    {
        var exported = new LookEvent.AuditExported("csv", null, null, null, null, Olga, Now);
        Rules(exported).When(new(exported)).Then(exported, Twice.HappensAgain);
    }

    private static GivenEvents<LookCommand, LookEvent, LookState> Rules(params LookEvent[] events) => Look.Decider.Given(events);
}
