using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RandomChat.Application;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>
/// Changes what somebody of the staff may do: decided by the rules of <see cref="Staff"/>, recorded, and then so. Doing the
/// same again finishes what an outage left undone.
/// </summary>
public sealed class StaffChanges(StaffStore store, StaffRecord record, TimeProvider clock)
{
    internal static Refusal NoAdministrator { get; } = new("forbidden", "Only administrators decide who is on the staff.");

    /// <param name="change">The command, for who else there is and the moment.</param>
    /// <exception cref="DependencyUnavailableException">Accounts or log cannot be reached; nothing takes effect.</exception>
    public Task<Outcome<Nothing>> Change(
        Guid staffId, Func<StaffOthers, DateTimeOffset, StaffCommand.Change> change, CancellationToken ct) => store.Ask<Outcome<Nothing>>(async (members, db) =>
    {
        await using var transaction = await StaffStore.BeginAlone(db);
        await StaffStore.Hold(db, staffId);
        if (await members.FindByIdAsync(staffId.ToString("D")) is not { } member)
        {
            return Refusal.NotFound("There is nobody of that id on the staff.");
        }

        var claims = await members.GetClaimsAsync(member);
        var command = change(await OthersThan(staffId, db, ct), clock.GetUtcNow());

        // Whoever asks may have been taken off the staff while they waited. Their own sessions and their own leaving need no role.
        if (!(command.By == staffId && command is (StaffCommand.Remove or StaffCommand.RevokeSession)) && !await StaffStore.Administers(db, command.By))
        {
            return NoAdministrator;
        }

        if (command is StaffCommand.RevokeSession { SessionId: { } one } && !await db.Sessions.AnyAsync(session => session.Id == one && session.UserId == staffId, ct))
        {
            // It has ended already.
            return default(Nothing);
        }

        await record.Note(staffId, StaffRoles.Highest(claims), StaffRoles.HandlesSevere(claims), ct);

        // From here on whoever goes away leaves it done.
        switch (await record.Decide(staffId, command, command.By, CancellationToken.None))
        {
            case Outcome<StaffState>.Refused { Refusal: var refusal }:
                return refusal;
            case Outcome<StaffState>.Done { Value: var state }:
                await Follow(members, db, member, claims, command, state);
                await transaction.CommitAsync(CancellationToken.None);
                return default(Nothing);
            default:
                throw new InvalidOperationException("A command is done or refused.");
        }
    });

    /// <summary>Makes the account what was decided.</summary>
    private async Task Follow(
        UserManager<StaffMember> members, StaffDb db, StaffMember member, IList<Claim> claims, StaffCommand.Change command, StaffState state)
    {
        await IdentityErrors.Must(members.RemoveClaimsAsync(member, claims));
        if (state.Standing != StaffStanding.Gone)
        {
            await IdentityErrors.Must(members.AddClaimsAsync(member, ClaimsOf(state.Role, state.HandlesSevere)));
        }

        member.Standing = state.Standing;
        if (state.Standing == StaffStanding.Gone)
        {
            member.PasswordHash = null;
        }

        if (command is StaffCommand.ResetSecondFactor or StaffCommand.Remove)
        {
            await SecondFactor.Forget(members, member);
        }

        if (command is StaffCommand.RevokeSession { SessionId: { } one })
        {
            await StaffSessions.End(db, member.Id, one);
        }
        else if (command is StaffCommand.RevokeSession or StaffCommand.ResetSecondFactor or StaffCommand.Suspend or StaffCommand.Remove)
        {
            await StaffSessions.End(db, member.Id, sessionId: null);
        }

        await IdentityErrors.Must(members.UpdateAsync(member));

        // A link of somebody who may invite nobody any more would let them in again by another name.
        if (!state.IsAdministrator || state.Standing != StaffStanding.Active)
        {
            foreach (var invitation in await db.Invitations.Where(invitation => invitation.InvitedBy == member.Id).ToListAsync())
            {
                await record.Decide(invitation.Id, new StaffCommand.RevokeInvitation(command.By, clock.GetUtcNow()), command.By, CancellationToken.None);
                db.Invitations.Remove(invitation);
            }

            await db.SaveChangesAsync();
        }
    }

    internal static IEnumerable<Claim> ClaimsOf(StaffRole role, bool handlesSevere) =>
        handlesSevere ? [StaffRoles.Claim(role), StaffRoles.SevereClaim] : [StaffRoles.Claim(role)];

    private static async Task<StaffOthers> OthersThan(Guid staffId, StaffDb db, CancellationToken ct)
    {
        var claims = await db.UserClaims.AsNoTracking()
            .Where(claim => claim.UserId != staffId && db.Users.Any(member => member.Id == claim.UserId && member.Standing == StaffStanding.Active))
            .ToListAsync(ct);
        var others = claims.GroupBy(claim => claim.UserId, claim => claim.ToClaim()).ToList();
        return new(
            others.Count(other => StaffRoles.Highest(other) == StaffRole.Administrator), others.Count(other => StaffRoles.HandlesSevere(other)));
    }
}
