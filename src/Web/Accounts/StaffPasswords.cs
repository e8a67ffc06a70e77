using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>Lets members of the staff change their own passwords. Who forgot one is invited anew.</summary>
public sealed class StaffPasswords(StaffStore store, StaffSignIn signIn, StaffSessions sessions, StaffRecord record, TimeProvider clock)
{
    /// <summary>Changes it, and ends every session there was. To be tried within <see cref="SignInLimits"/>.</summary>
    /// <param name="name">The member's.</param>
    /// <param name="proof">Needed where a second factor is set.</param>
    /// <param name="browser">From what, in words: it goes on in a session of its own.</param>
    /// <returns>The token of that session.</returns>
    /// <exception cref="DependencyUnavailableException">Accounts or log cannot be reached; the old password is good.</exception>
    public async Task<Outcome<string>> Change(
        Guid staffId, string name, string current, SecondProof proof, string password, string browser, CancellationToken ct)
    {
        // First, since what was shown is used up.
        var unfit = await store.Ask(async (members, _) =>
            await members.FindByIdAsync(staffId.ToString("D")) is { } member ? await IdentityErrors.Judge(members, member, password) : null);
        if (unfit is not null)
        {
            return IdentityErrors.Why(unfit);
        }

        if (await signIn.Know(name, current, proof, ct) != staffId)
        {
            return AccountRefusals.BadCredentials;
        }

        return await store.Ask<Outcome<string>>(async (members, db) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await StaffStore.Hold(db, staffId);
            if (await members.FindByIdAsync(staffId.ToString("D")) is not { Standing: StaffStanding.Active } member)
            {
                return AccountRefusals.BadCredentials;
            }

            if (await members.ChangePasswordAsync(member, current, password) is { Succeeded: false } failed)
            {
                return IdentityErrors.Why(failed);
            }

            await StaffSessions.End(db, staffId, sessionId: null);
            var token = await sessions.Begin(db, member, browser);
            var claims = await members.GetClaimsAsync(member);
            await record.Note(staffId, StaffRoles.Highest(claims), StaffRoles.HandlesSevere(claims), CancellationToken.None);
            if (await record.Decide(staffId, new StaffCommand.ChangePassword(clock.GetUtcNow()), staffId, CancellationToken.None)
                is Outcome<StaffState>.Refused { Refusal: var refusal })
            {
                return refusal;
            }

            await transaction.CommitAsync(CancellationToken.None);
            return token;
        });
    }
}
