using RandomChat.Domain.Accounts;

namespace RandomChat.Domain.Tests.Accounts;

public sealed class AccountTests
{
    private static readonly Guid Me = new("11111111-0000-4000-8000-000000000001");
    private static readonly Guid Staff = new("99999999-0000-4000-8000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly AccountEvent Registered = new AccountEvent.Registered(Me, Noon);
    private static readonly AccountEvent Granted = new AccountEvent.BadgeGranted(Me, Staff, Noon);
    private static readonly AccountEvent Closed = new AccountEvent.Closed(Me, Noon);

    [Fact]
    public void A_visitor_registers_once() =>
        Account.Decider.Given().When(new AccountCommand.Register(Me, false, Noon)).Then(Registered, Twice.ChangesNothing);

    [Fact]
    public void Where_somebody_may_have_planted_the_session_it_ends_with_the_account_that_is_made_in_it()
    {
        var ended = new AccountEvent.SessionsEnded(Me, Noon);

        Account.Decider.Given().When(new AccountCommand.Register(Me, true, Noon)).Then([Registered, ended], Twice.ChangesNothing);

        Assert.Null(Account.Decider.Fold([Registered]).SessionsSince);
        Assert.Equal(Noon, Account.Decider.Fold([Registered, ended]).SessionsSince);
    }

    [Fact]
    public void A_closed_account_is_not_opened_again() =>
        Account.Decider.Given(Registered, Closed).When(new AccountCommand.Register(Me, false, Noon)).ThenRefused("account.closed");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_an_account_there_is_no_password_no_sign_out_and_no_badge(bool wasClosed)
    {
        AccountEvent[] before = wasClosed ? [Registered, Closed] : [];
        foreach (var command in new AccountCommand[]
        {
            new AccountCommand.ChangePassword(Me, false, Noon), new AccountCommand.SignOut(Me, Noon),
            new AccountCommand.AddPasskey(Me, Noon), new AccountCommand.RemovePasskey(Me, Noon),
            new AccountCommand.GrantBadge(Me, Staff, Noon), new AccountCommand.RevokeBadge(Me, Staff, Noon),
        })
        {
            Account.Decider.Given(before).When(command).ThenRefused("account.unknown");
        }
    }

    [Fact]
    public void A_new_password_ends_the_sessions_of_before()
    {
        var later = Noon.AddHours(1);
        var changed = new AccountEvent.PasswordChanged(Me, true, later);

        Account.Decider.Given(Registered).When(new AccountCommand.ChangePassword(Me, true, later)).Then(changed, Twice.HappensAgain);

        Assert.Equal(later, Account.Decider.Fold([Registered, changed]).SessionsSince);
    }

    [Fact]
    public void Signing_out_ends_the_sessions_of_before()
    {
        var later = Noon.AddHours(1);
        var signedOut = new AccountEvent.SessionsEnded(Me, later);

        Account.Decider.Given(Registered).When(new AccountCommand.SignOut(Me, later)).Then(signedOut, Twice.HappensAgain);

        Assert.Equal(later, Account.Decider.Fold([Registered, signedOut]).SessionsSince);
    }

    [Fact]
    public void A_passkey_comes_and_goes_and_ends_no_session()
    {
        var (added, removed) = (new AccountEvent.PasskeyAdded(Me, Noon), new AccountEvent.PasskeyRemoved(Me, Noon));

        Account.Decider.Given(Registered).When(new AccountCommand.AddPasskey(Me, Noon)).Then(added, Twice.HappensAgain);
        Account.Decider.Given(Registered, added).When(new AccountCommand.RemovePasskey(Me, Noon)).Then(removed, Twice.HappensAgain);

        Assert.Null(Account.Decider.Fold([Registered, added, removed]).SessionsSince);
    }

    [Fact]
    public void The_badge_is_granted_and_withdrawn_by_somebody_of_the_staff()
    {
        Account.Decider.Given(Registered).When(new AccountCommand.GrantBadge(Me, Staff, Noon)).Then(Granted, Twice.ChangesNothing);
        Assert.True(Account.Decider.Fold([Registered, Granted]).IsVerified);

        var withdrawn = new AccountEvent.BadgeRevoked(Me, Staff, Noon);
        Account.Decider.Given(Registered, Granted).When(new AccountCommand.RevokeBadge(Me, Staff, Noon)).Then(withdrawn, Twice.ChangesNothing);
        Assert.False(Account.Decider.Fold([Registered, Granted, withdrawn]).IsVerified);
    }

    [Fact]
    public void A_closed_account_has_no_badge_and_no_session()
    {
        Account.Decider.Given(Registered, Granted).When(new AccountCommand.Close(Me, Noon)).Then(Closed, Twice.ChangesNothing);

        var state = Account.Decider.Fold([Registered, Granted, Closed]);
        Assert.Equal((false, true, false), (state.IsOpen, state.IsClosed, state.IsVerified));
    }

    [Fact]
    public void Closing_where_there_is_no_account_is_done_already() =>
        Account.Decider.Given().When(new AccountCommand.Close(Me, Noon)).ThenNothing();
}
