using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Visitors;

namespace RandomChat.Domain.Tests.Visitors;

public sealed class VisitorTests
{
    private static readonly Guid Me = new("11111111-0000-4000-8000-000000000001");
    private static readonly Guid MyDevice = new("11111111-0000-4000-8000-00000000000d");
    private static readonly Guid Other = new("22222222-0000-4000-8000-000000000001");
    private static readonly Guid OtherDevice = new("22222222-0000-4000-8000-00000000000d");
    private static readonly Guid Third = new("33333333-0000-4000-8000-000000000001");
    private static readonly Guid MatchId = new("aaaaaaaa-0000-4000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly VisitorEvent Started = new VisitorEvent.SessionStarted(Me, MyDevice, "2026-03", "sealed-profile", Noon);
    private static readonly VisitorEvent Erased = new VisitorEvent.Erased(Me, MyDevice, Noon);
    private static readonly VisitorEvent BlockedOther = new VisitorEvent.Blocked(Me, MyDevice, Other, OtherDevice, MatchId, Noon);

    [Fact]
    public void Passing_the_gate_starts_a_session_each_time() =>
        Visitor.Decider.Given().When(StartSession()).Then(Started, Twice.HappensAgain);

    [Fact]
    public void Someone_who_turns_eighteen_this_year_may_enter() =>
        Visitor.Decider.Given().When(StartSession(birthYear: 2008)).Then(Started, Twice.HappensAgain);

    [Fact]
    public void Someone_who_turns_seventeen_this_year_is_refused() =>
        Visitor.Decider.Given().When(StartSession(birthYear: 2009)).ThenRefused("age-restricted");

    [Fact]
    public void A_visitor_with_a_session_is_refused_too_when_the_year_is_too_late() =>
        Visitor.Decider.Given(Started).When(StartSession(birthYear: 2020)).ThenRefused("age-restricted");

    [Fact]
    public void A_year_in_which_nobody_alive_was_born_is_refused() =>
        Visitor.Decider.Given().When(StartSession(birthYear: 1899)).ThenRefused("age-restricted");

    [Fact]
    public void Without_the_terms_there_is_no_session() =>
        Visitor.Decider.Given().When(StartSession(acceptTerms: false)).ThenRefused("terms-required");

    [Fact]
    public void The_age_is_looked_at_before_the_terms() =>
        Visitor.Decider.Given().When(StartSession(birthYear: 2020, acceptTerms: false)).ThenRefused("age-restricted");

    [Fact]
    public void Signing_in_makes_the_browser_one_of_the_visitors_and_changes_nothing_else()
    {
        var resumed = new VisitorEvent.SessionResumed(Me, OtherDevice, Noon);

        Visitor.Decider.Given(Started).When(new VisitorCommand.ResumeSession(Me, OtherDevice, Noon)).Then(resumed, Twice.HappensAgain);

        var state = Visitor.Decider.Fold([Started, new VisitorEvent.PreferencesChanged(Me, "sealed-preferences", Noon), resumed]);
        Assert.Equal(("sealed-profile", "sealed-preferences"), (state.Profile, state.Preferences));
        Assert.Equal([MyDevice, OtherDevice], state.Devices.Order());
    }

    [Fact]
    public void Nobody_signs_in_as_a_visitor_who_never_came_or_was_erased()
    {
        Visitor.Decider.Given().When(new VisitorCommand.ResumeSession(Me, MyDevice, Noon)).ThenRefused("visitor.unknown");
        Visitor.Decider.Given(Started, Erased).When(new VisitorCommand.ResumeSession(Me, MyDevice, Noon)).ThenRefused("visitor.erased");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_new_session_keeps_the_preferences_of_whoever_has_an_account(bool hasAccount)
    {
        var again = StartSession() with { KeepPreferences = hasAccount };
        VisitorEvent[] before = [Started, new VisitorEvent.PreferencesChanged(Me, "sealed-preferences", Noon)];
        VisitorEvent[] begun = hasAccount ? [Started, before[1]] : [Started];

        Visitor.Decider.Given(before).When(again).Then(begun, Twice.HappensAgain);

        Assert.Equal(hasAccount ? "sealed-preferences" : null, Visitor.Decider.Fold([.. before, .. begun]).Preferences);
    }

    [Fact]
    public void Preferences_are_kept_with_the_session()
    {
        var changed = new VisitorEvent.PreferencesChanged(Me, "sealed-preferences", Noon);

        Visitor.Decider.Given(Started)
            .When(new VisitorCommand.ChangePreferences(Me, "sealed-preferences", Noon))
            .Then(changed, Twice.HappensAgain);

        Assert.Equal("sealed-preferences", Visitor.Decider.Fold([Started, changed]).Preferences);
    }

    [Fact]
    public void A_new_session_begins_without_the_preferences_of_the_last()
    {
        var state = Visitor.Decider.Fold([Started, new VisitorEvent.PreferencesChanged(Me, "sealed-preferences", Noon), Started]);

        Assert.Null(state.Preferences);
        Assert.Equal("sealed-profile", state.Profile);
    }

    [Fact]
    public void Blocking_someone_is_recorded_once() =>
        Visitor.Decider.Given(Started).When(Block(Other, OtherDevice)).Then(BlockedOther, Twice.ChangesNothing);

    [Fact]
    public void Blocking_someone_again_from_another_match_changes_nothing() =>
        Visitor.Decider.Given(Started, BlockedOther)
            .When(new VisitorCommand.Block(Me, MyDevice, Other, OtherDevice, Guid.Empty, Noon.AddHours(1)))
            .ThenNothing();

    [Fact]
    public void One_block_does_not_hide_another() =>
        Visitor.Decider.Given(Started, BlockedOther)
            .When(Block(Third, OtherDevice))
            .Then(new VisitorEvent.Blocked(Me, MyDevice, Third, OtherDevice, MatchId, Noon), Twice.ChangesNothing);

    [Fact]
    public void A_block_outlives_the_session_it_was_made_in() =>
        Visitor.Decider.Given(Started, BlockedOther, Started).When(Block(Other, OtherDevice)).ThenNothing();

    [Fact]
    public void Nobody_can_block_themselves() =>
        Visitor.Decider.Given(Started).When(Block(Me, MyDevice)).ThenRefused("visitor.block-self");

    [Fact]
    public void A_wait_without_a_match_is_recorded_once()
    {
        var ticket = Ticket(1);

        Visitor.Decider.Given(Started)
            .When(new VisitorCommand.EndTicket(Me, ticket, TicketEndReason.Left, Noon))
            .Then(new VisitorEvent.TicketEnded(Me, ticket, TicketEndReason.Left, Noon), Twice.ChangesNothing);
    }

    [Fact]
    public void The_next_wait_is_recorded_as_well() =>
        Visitor.Decider.Given(Started, new VisitorEvent.TicketEnded(Me, Ticket(1), TicketEndReason.Left, Noon))
            .When(new VisitorCommand.EndTicket(Me, Ticket(2), TicketEndReason.Disconnected, Noon))
            .Then(new VisitorEvent.TicketEnded(Me, Ticket(2), TicketEndReason.Disconnected, Noon), Twice.ChangesNothing);

    [Fact]
    public void Without_a_session_nothing_else_is_possible()
    {
        Visitor.Decider.Given().When(new VisitorCommand.ChangePreferences(Me, "sealed", Noon)).ThenRefused("visitor.unknown");
        Visitor.Decider.Given().When(Block(Other, OtherDevice)).ThenRefused("visitor.unknown");
        Visitor.Decider.Given().When(new VisitorCommand.Erase(Me, MyDevice, Noon)).ThenRefused("visitor.unknown");
        Visitor.Decider.Given()
            .When(new VisitorCommand.EndTicket(Me, Ticket(1), TicketEndReason.Left, Noon))
            .ThenRefused("visitor.unknown");
    }

    [Fact]
    public void Being_forgotten_is_recorded_once_and_clears_what_was_known()
    {
        Visitor.Decider.Given(Started).When(new VisitorCommand.Erase(Me, MyDevice, Noon)).Then(Erased, Twice.ChangesNothing);

        var state = Visitor.Decider.Fold([Started, new VisitorEvent.PreferencesChanged(Me, "sealed-preferences", Noon), Erased]);
        Assert.True(state is { IsErased: true, Profile: null, Preferences: null });
    }

    [Fact]
    public void Whoever_was_forgotten_does_not_come_back_and_a_wait_that_ends_late_is_not_recorded()
    {
        Visitor.Decider.Given(Started, Erased).When(StartSession()).ThenRefused("visitor.erased");
        Visitor.Decider.Given(Started, Erased).When(new VisitorCommand.ChangePreferences(Me, "sealed", Noon)).ThenRefused("visitor.erased");
        Visitor.Decider.Given(Started, Erased).When(Block(Other, OtherDevice)).ThenRefused("visitor.erased");
        Visitor.Decider.Given(Started, Erased).When(new VisitorCommand.EndTicket(Me, Ticket(1), TicketEndReason.Left, Noon)).ThenNothing();
    }

    private static VisitorCommand.StartSession StartSession(int birthYear = 1990, bool acceptTerms = true) =>
        new(Me, MyDevice, birthYear, 2026, acceptTerms, "2026-03", "sealed-profile", Noon);

    private static VisitorCommand.Block Block(Guid visitor, Guid device) =>
        new(Me, MyDevice, visitor, device, MatchId, Noon);

    private static TicketRecord Ticket(byte number) => new(
        new Guid(number, 0, 0, new byte[8]), Me, MyDevice, ChatMode.Text, "en", null, 0, false, false, Noon.AddSeconds(-30), 30_000);
}
