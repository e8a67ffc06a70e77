using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;

namespace RandomChat.Domain.Tests.Matches;

public sealed class MatchTests
{
    private static readonly Guid MatchId = new("aaaaaaaa-0000-4000-8000-000000000001");
    private static readonly Guid Ada = new("11111111-0000-4000-8000-000000000001");
    private static readonly Guid AdasDevice = new("11111111-0000-4000-8000-00000000000d");
    private static readonly Guid Ben = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid BensDevice = new("22222222-0000-4000-8000-00000000000d");
    private static readonly Guid Stranger = new("33333333-0000-4000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly TicketRecord AdasTicket = Ticket(1, Ada, AdasDevice);
    private static readonly TicketRecord BensTicket = Ticket(2, Ben, BensDevice);

    private static readonly MatchEvent Started = new MatchEvent.Started(MatchId, ChatMode.Text, AdasTicket, BensTicket, 1, Noon);

    private static readonly MatchEvent Video = new MatchEvent.Started(MatchId, ChatMode.Video, AdasTicket, BensTicket, 1, Noon);

    public static TheoryData<MatchEndReason> Reasons => [.. Enum.GetValues<MatchEndReason>()];

    [Fact]
    public void A_match_starts_once() =>
        Match.Decider.Given().When(Start(AdasTicket, BensTicket)).Then(Started, Twice.ChangesNothing);

    [Fact]
    public void Nobody_meets_themselves() =>
        Match.Decider.Given().When(Start(AdasTicket, Ticket(2, Ada, BensDevice))).ThenRefused("match.with-oneself");

    [Fact]
    public void Nobody_meets_their_own_browser() =>
        Match.Decider.Given().When(Start(AdasTicket, Ticket(2, Ben, AdasDevice))).ThenRefused("match.with-oneself");

    [Fact]
    public void A_match_that_is_over_does_not_start_again() =>
        Match.Decider.Given(Started, Ended(MatchEndReason.Skipped, Ada)).When(Start(AdasTicket, BensTicket)).ThenNothing();

    [Theory]
    [MemberData(nameof(Reasons))]
    public void A_participant_ends_a_match_once_for_whatever_reason(MatchEndReason reason) =>
        Match.Decider.Given(Started).When(End(reason, Ben)).Then(Ended(reason, Ben), Twice.ChangesNothing);

    [Fact]
    public void A_match_to_which_nobody_came_back_is_ended_by_nobody() =>
        Match.Decider.Given(Started)
            .When(End(MatchEndReason.Disconnected, null))
            .Then(Ended(MatchEndReason.Disconnected, null), Twice.ChangesNothing);

    [Fact]
    public void The_end_carries_the_counts_and_the_duration_since_messages_expire()
    {
        var end = new MatchCommand.End(MatchEndReason.Stopped, Ada, 7, 5, Noon.AddMinutes(3));

        Match.Decider.Given(Started).When(end).Then(
            new MatchEvent.Ended(
                MatchId, MatchEndReason.Stopped, Ada, Ada, AdasDevice, Ben, BensDevice, 7, 5, 180_000, Noon.AddMinutes(3)),
            Twice.ChangesNothing);
    }

    [Fact]
    public void The_end_of_a_video_match_says_first_how_the_call_went()
    {
        var (adas, bens) = (new CallReport(CallPath.Relay, 900), new CallReport(CallPath.Dropped, null));

        Match.Decider.Given(Video).When(End(MatchEndReason.Stopped, Ada) with { FirstCall = adas, SecondCall = bens })
            .Then([CallEnded(adas, bens), Ended(MatchEndReason.Stopped, Ada)], Twice.ChangesNothing);
    }

    [Fact]
    public void A_side_that_reported_nothing_of_its_call_is_left_out()
    {
        var report = new CallReport(CallPath.Failed, null);

        Match.Decider.Given(Video).When(End(MatchEndReason.Stopped, Ada) with { FirstCall = report })
            .Then([CallEnded(report, null), Ended(MatchEndReason.Stopped, Ada)], Twice.ChangesNothing);
        Match.Decider.Given(Video).When(End(MatchEndReason.Stopped, Ada) with { SecondCall = report })
            .Then([CallEnded(null, report), Ended(MatchEndReason.Stopped, Ada)], Twice.ChangesNothing);
    }

    [Fact]
    public void Nothing_is_said_of_a_call_that_nobody_reported_nor_in_a_text_match()
    {
        Match.Decider.Given(Video).When(End(MatchEndReason.Stopped, Ada)).Then(Ended(MatchEndReason.Stopped, Ada), Twice.ChangesNothing);
        Match.Decider.Given(Started).When(End(MatchEndReason.Stopped, Ada) with { FirstCall = new(CallPath.Direct, 5) })
            .Then(Ended(MatchEndReason.Stopped, Ada), Twice.ChangesNothing);
    }

    [Fact]
    public void A_match_whose_call_has_been_told_still_goes_on_until_its_end() =>
        Match.Decider.Given(Video, CallEnded(null, new(CallPath.Direct, 5))).When(End(MatchEndReason.Stopped, Ada))
            .Then(Ended(MatchEndReason.Stopped, Ada), Twice.ChangesNothing);

    [Fact]
    public void When_both_leave_at_once_the_first_one_ended_it() =>
        Match.Decider.Given(Started, Ended(MatchEndReason.Skipped, Ada)).When(End(MatchEndReason.Stopped, Ben)).ThenNothing();

    [Fact]
    public void A_stranger_cannot_end_a_match() =>
        Match.Decider.Given(Started).When(End(MatchEndReason.Stopped, Stranger)).ThenRefused("match.not-a-participant");

    [Fact]
    public void A_stranger_cannot_end_a_match_that_is_over_either() =>
        Match.Decider.Given(Started, Ended(MatchEndReason.Skipped, Ada))
            .When(End(MatchEndReason.Stopped, Stranger))
            .ThenRefused("match.not-a-participant");

    [Fact]
    public void A_match_that_never_started_cannot_end() =>
        Match.Decider.Given().When(End(MatchEndReason.Stopped, Ada)).ThenRefused("match.not-started");

    [Fact]
    public void Each_participant_finds_their_own_ticket_and_their_partners()
    {
        foreach (var state in new[] { Match.Decider.Fold([Started]), Match.Decider.Fold([Started, Ended(MatchEndReason.Skipped, Ada)]) })
        {
            Assert.Equal((AdasTicket, BensTicket), (state.TicketOf(Ada), state.PartnerOf(Ada)));
            Assert.Equal((BensTicket, AdasTicket), (state.TicketOf(Ben), state.PartnerOf(Ben)));
        }
    }

    [Fact]
    public void Who_has_no_part_in_a_match_finds_nobody_in_it()
    {
        var state = Match.Decider.Fold([Started]);

        Assert.Null(state.TicketOf(Stranger));
        Assert.Null(state.PartnerOf(Stranger));
        Assert.Null(Match.Decider.Initial.TicketOf(Ada));
        Assert.Null(Match.Decider.Initial.PartnerOf(Ada));
    }

    [Fact]
    public void A_verdict_on_a_message_is_recorded_with_the_browser_it_came_from() =>
        Match.Decider.Given(Started).When(Screen(Ben, Warned)).Then(Screened(Ben, BensDevice, Warned), Twice.HappensAgain);

    [Fact]
    public void A_verdict_may_come_after_the_match() =>
        Match.Decider.Given(Started, Ended(MatchEndReason.Skipped, Ada))
            .When(Screen(Ada, Warned)).Then(Screened(Ada, AdasDevice, Warned), Twice.HappensAgain);

    [Fact]
    public void A_message_that_is_simply_delivered_leaves_no_verdict() =>
        Match.Decider.Given(Started).When(Screen(Ben, Warned with { Action = ScreeningAction.Deliver })).ThenNothing();

    [Fact]
    public void Verdicts_are_about_messages_of_participants_in_a_match_that_began()
    {
        Match.Decider.Given(Started).When(Screen(Stranger, Warned)).ThenRefused("match.not-a-participant");
        Match.Decider.Given().When(Screen(Ada, Warned)).ThenRefused("match.not-started");
    }

    private static readonly Verdict Warned = new(ScreeningAction.Warn, ScreeningCategory.Contact, Severity.Mild, 1, "contact/phone", "1", "7");

    private static MatchCommand.Screen Screen(Guid from, Verdict verdict) => new(Stranger, 3, from, verdict, Noon, Noon.AddSeconds(1));

    private static MatchEvent.MessageScreened Screened(Guid from, Guid device, Verdict verdict) =>
        new(MatchId, Stranger, 3, from, device, verdict, Noon, Noon.AddSeconds(1));

    private static MatchCommand.Start Start(TicketRecord first, TicketRecord second) =>
        new(MatchId, ChatMode.Text, first, second, 1, Noon);

    private static MatchCommand.End End(MatchEndReason reason, Guid? by) => new(reason, by, 2, 1, Noon.AddSeconds(90));

    private static MatchEvent.CallEnded CallEnded(CallReport? first, CallReport? second) =>
        new(MatchId, Ada, Ben, first, second, Noon.AddSeconds(90));

    private static MatchEvent.Ended Ended(MatchEndReason reason, Guid? by) => new(
        MatchId, reason, by, Ada, AdasDevice, Ben, BensDevice, 2, 1, 90_000, Noon.AddSeconds(90));

    private static TicketRecord Ticket(byte number, Guid visitor, Guid device) => new(
        new Guid(number, 0, 0, new byte[8]), visitor, device, ChatMode.Text, "en", "sealed-interests", 2, false, false,
        Noon.AddSeconds(-4), 4_000);
}
