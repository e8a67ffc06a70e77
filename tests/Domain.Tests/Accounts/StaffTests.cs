using RandomChat.Domain.Accounts;

namespace RandomChat.Domain.Tests.Accounts;

/// <summary>Who is on the staff, and what nobody can do to themselves or to the last one.</summary>
public sealed class StaffTests
{
    private static readonly Guid Olga = new("11111111-1111-4111-8111-111111111111");
    private static readonly Guid Robin = new("22222222-2222-4222-8222-222222222222");
    private static readonly Guid SessionId = new("33333333-3333-4333-8333-333333333333");
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly StaffOthers Many = new(Administrators: 2, HandlingSevere: 2);

    private static readonly StaffEvent Invited = new StaffEvent.Invited(Robin, StaffRole.Moderator, Now + Staff.InvitationLasts, Olga, Now);

    [Fact]
    public void An_invitation_is_used_once_within_three_days_unless_it_is_withdrawn()
    {
        Rules().When(new StaffCommand.Invite(Robin, StaffRole.Moderator, Olga, Now)).Then(Invited, Twice.ChangesNothing);

        var last = Now + Staff.InvitationLasts - TimeSpan.FromTicks(1);
        Rules(Invited).When(new StaffCommand.Join(last)).Then(
            new StaffEvent.Joined(Robin, StaffRole.Moderator, false, Olga, last), Twice.ChangesNothing);
        Rules(Invited).When(new StaffCommand.Join(Now + Staff.InvitationLasts)).ThenRefused("staff.invitation-over");

        var revoked = new StaffEvent.InvitationRevoked(Robin, Olga, Now);
        Rules(Invited).When(new StaffCommand.RevokeInvitation(Olga, Now)).Then(revoked, Twice.ChangesNothing);
        Rules(Invited, revoked).When(new StaffCommand.Join(Now)).ThenRefused("staff.invitation-over");
        Rules(Invited, Joined(StaffRole.Moderator)).When(new StaffCommand.RevokeInvitation(Olga, Now)).ThenRefused("staff.invitation-used");
    }

    [Fact]
    public void Whoever_was_there_before_is_noted_once()
    {
        Rules().When(new StaffCommand.Note(Robin, StaffRole.Administrator, true, Now)).Then(
            new StaffEvent.Joined(Robin, StaffRole.Administrator, true, null, Now), Twice.ChangesNothing);
        Rules(Invited).When(new StaffCommand.Note(Robin, StaffRole.Administrator, true, Now)).ThenNothing();
    }

    [Fact]
    public void A_role_and_the_right_to_see_severe_cases_are_given_and_withdrawn_by_somebody_else()
    {
        var moderator = Joined(StaffRole.Moderator);
        Rules(moderator).When(new StaffCommand.ChangeRole(StaffRole.Administrator, Olga, Many, Now)).Then(
            new StaffEvent.RoleChanged(Robin, StaffRole.Administrator, Olga, Now), Twice.ChangesNothing);
        var granted = new StaffEvent.SevereGranted(Robin, Olga, Now);
        Rules(moderator).When(new StaffCommand.GrantSevere(Olga, Now)).Then(granted, Twice.ChangesNothing);
        Rules(moderator, granted).When(new StaffCommand.RevokeSevere(Olga, Many, Now)).Then(
            new StaffEvent.SevereRevoked(Robin, Olga, Now), Twice.ChangesNothing);
        Rules(Joined(StaffRole.Analyst)).When(new StaffCommand.GrantSevere(Olga, Now)).ThenRefused("staff.role-too-small");

        // Who cannot use the right any more does not keep it for later.
        var demoted = new StaffEvent.RoleChanged(Robin, StaffRole.Analyst, Olga, Now);
        Rules(moderator, granted).When(new StaffCommand.ChangeRole(StaffRole.Analyst, Olga, Many, Now)).Then(demoted, Twice.ChangesNothing);
        Rules(moderator, granted, demoted).When(new StaffCommand.RevokeSevere(Olga, Many, Now)).ThenNothing();
    }

    [Fact]
    public void Nobody_changes_themselves_but_for_leaving()
    {
        var robin = Joined(StaffRole.Administrator, severe: true);
        foreach (StaffCommand command in new StaffCommand[]
        {
            new StaffCommand.ChangeRole(StaffRole.Moderator, Robin, Many, Now), new StaffCommand.GrantSevere(Robin, Now),
            new StaffCommand.RevokeSevere(Robin, Many, Now), new StaffCommand.Suspend(Robin, Many, Now), new StaffCommand.Reinstate(Robin, Now),
            new StaffCommand.ResetSecondFactor(Robin, Now),
        })
        {
            Rules(robin).When(command).ThenRefused("staff.own-account");
        }

        Rules(robin).When(new StaffCommand.Remove(Robin, Many, Now)).Then(new StaffEvent.Removed(Robin, Robin, Now), Twice.ChangesNothing);
        Rules(robin).When(new StaffCommand.RevokeSession(null, Robin, Now)).Then(
            new StaffEvent.SessionRevoked(Robin, null, Robin, Now), Twice.HappensAgain);
    }

    [Fact]
    public void The_last_administrator_and_the_last_who_sees_severe_cases_stay()
    {
        var robin = Joined(StaffRole.Administrator, severe: true);
        foreach (var (others, code) in new[] { (new StaffOthers(0, 2), "staff.last-administrator"), (new StaffOthers(2, 0), "staff.last-for-severe") })
        {
            Rules(robin).When(new StaffCommand.Remove(Robin, others, Now)).ThenRefused(code);
            Rules(robin).When(new StaffCommand.Remove(Olga, others, Now)).ThenRefused(code);
            Rules(robin).When(new StaffCommand.Suspend(Olga, others, Now)).ThenRefused(code);
            Rules(robin).When(new StaffCommand.ChangeRole(StaffRole.Analyst, Olga, others, Now)).ThenRefused(code);
        }

        Rules(robin).When(new StaffCommand.RevokeSevere(Olga, new(2, 0), Now)).ThenRefused("staff.last-for-severe");
        Rules(robin).When(new StaffCommand.ChangeRole(StaffRole.Moderator, Olga, new(2, 0), Now)).Then(
            new StaffEvent.RoleChanged(Robin, StaffRole.Moderator, Olga, Now), Twice.ChangesNothing);

        // Whoever is suspended counts for nothing already.
        Rules(robin, new StaffEvent.Suspended(Robin, Olga, Now)).When(new StaffCommand.Remove(Olga, new(0, 0), Now)).Then(
            new StaffEvent.Removed(Robin, Olga, Now), Twice.ChangesNothing);
    }

    [Fact]
    public void Suspension_ends_and_removal_does_not()
    {
        var robin = Joined(StaffRole.Moderator);
        var suspended = new StaffEvent.Suspended(Robin, Olga, Now);
        Rules(robin).When(new StaffCommand.Suspend(Olga, Many, Now)).Then(suspended, Twice.ChangesNothing);
        Rules(robin, suspended).When(new StaffCommand.Reinstate(Olga, Now)).Then(new StaffEvent.Reinstated(Robin, Olga, Now), Twice.ChangesNothing);

        var removed = new StaffEvent.Removed(Robin, Olga, Now);
        Rules(robin).When(new StaffCommand.Remove(Olga, Many, Now)).Then(removed, Twice.ChangesNothing);
        Rules(robin, removed).When(new StaffCommand.Reinstate(Olga, Now)).ThenRefused("staff.unknown");
        Rules(Invited).When(new StaffCommand.Suspend(Olga, Many, Now)).ThenRefused("staff.unknown");
        Rules().When(new StaffCommand.Remove(Olga, Many, Now)).ThenRefused("staff.unknown");
    }

    [Fact]
    public void A_session_is_ended_once_and_a_second_factor_whenever_it_is_lost()
    {
        var robin = Joined(StaffRole.Moderator);
        Rules(robin).When(new StaffCommand.RevokeSession(SessionId, Olga, Now)).Then(
            new StaffEvent.SessionRevoked(Robin, SessionId, Olga, Now), Twice.ChangesNothing);
        Rules(robin).When(new StaffCommand.ResetSecondFactor(Olga, Now)).Then(new StaffEvent.SecondFactorRemoved(Robin, Olga, Now), Twice.HappensAgain);
    }

    [Fact]
    public void Whoever_is_on_the_staff_adds_and_removes_passkeys_of_their_own_and_the_suspended_none()
    {
        var robin = Joined(StaffRole.Analyst);
        Rules(robin).When(new StaffCommand.AddPasskey(Now)).Then(new StaffEvent.PasskeyAdded(Robin, Now), Twice.HappensAgain);
        Rules(robin).When(new StaffCommand.RemovePasskey(Now)).Then(new StaffEvent.PasskeyRemoved(Robin, Now), Twice.HappensAgain);
        foreach (var command in new StaffCommand[] { new StaffCommand.AddPasskey(Now), new StaffCommand.RemovePasskey(Now) })
        {
            Rules(robin, new StaffEvent.Suspended(Robin, Olga, Now)).When(command).ThenRefused("staff.suspended");
            Rules(robin, new StaffEvent.Removed(Robin, Olga, Now)).When(command).ThenRefused("staff.unknown");
        }
    }

    [Fact]
    public void Whoever_is_on_the_staff_and_not_suspended_changes_their_own_password()
    {
        var robin = Joined(StaffRole.Analyst);
        Rules(robin).When(new StaffCommand.ChangePassword(Now)).Then(new StaffEvent.PasswordChanged(Robin, Now), Twice.HappensAgain);
        Rules(robin, new StaffEvent.Suspended(Robin, Olga, Now)).When(new StaffCommand.ChangePassword(Now)).ThenRefused("staff.suspended");
        Rules(robin, new StaffEvent.Removed(Robin, Olga, Now)).When(new StaffCommand.ChangePassword(Now)).ThenRefused("staff.unknown");
        Rules(Invited).When(new StaffCommand.ChangePassword(Now)).ThenRefused("staff.unknown");
    }

    private static GivenEvents<StaffCommand, StaffEvent, StaffState> Rules(params StaffEvent[] events) => Staff.Decider.Given(events);

    private static StaffEvent.Joined Joined(StaffRole role, bool severe = false) => new(Robin, role, severe, null, Now);
}
