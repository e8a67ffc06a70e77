using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using RandomChat.Application;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>Links by which one person each joins the staff. A link is told once and kept as a hash alone.</summary>
public sealed class StaffInvitations(StaffStore store, StaffRecord record, StaffAccounts accounts, TimeProvider clock)
{
    private const int TokenBytes = 32;
    private const int LongestToken = 64;

    private static readonly Refusal Over = Refusal.NotFound("This invitation is not valid any more. Ask for another one.");

    /// <param name="by">The administrator who invites.</param>
    /// <returns>The token of the link.</returns>
    public Task<Outcome<string>> Invite(StaffRole role, Guid by, CancellationToken ct) => store.Ask<Outcome<string>>(async (_, db) =>
    {
        await using var transaction = await StaffStore.BeginAlone(db);
        if (!await StaffStore.Administers(db, by))
        {
            return StaffChanges.NoAdministrator;
        }

        var (staffId, token, now) = (Guid.NewGuid(), WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(TokenBytes)), clock.GetUtcNow());
        db.Invitations.Add(new() { Id = staffId, TokenHash = HashOf(token), Role = role, InvitedBy = by, ExpiresAt = now + Staff.InvitationLasts });
        await db.SaveChangesAsync(ct);
        await record.Decide(staffId, new StaffCommand.Invite(staffId, role, by, now), by, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return token;
    });

    /// <summary>Those that can still be used, the first to end first.</summary>
    public Task<IReadOnlyList<StaffInvitation>> Open() => store.Ask<IReadOnlyList<StaffInvitation>>(async (_, db) =>
        [.. (await db.Invitations.AsNoTracking().ToListAsync()).Where(IsGood).OrderBy(invitation => invitation.ExpiresAt)]);

    /// <summary>Withdraws a link before it is used.</summary>
    /// <param name="staffId">Who would have joined by it.</param>
    public Task<Outcome<Nothing>> Revoke(Guid staffId, Guid by, CancellationToken ct) => store.Ask<Outcome<Nothing>>(async (_, db) =>
    {
        await using var transaction = await StaffStore.BeginAlone(db);
        if (!await StaffStore.Administers(db, by))
        {
            return StaffChanges.NoAdministrator;
        }

        if (await record.Decide(staffId, new StaffCommand.RevokeInvitation(by, clock.GetUtcNow()), by, ct) is Outcome<StaffState>.Refused { Refusal: var refusal })
        {
            return refusal;
        }

        await db.Invitations.Where(invitation => invitation.Id == staffId).ExecuteDeleteAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        return default(Nothing);
    });

    /// <summary>The role that a link gives; null where it is not good, whatever it once was.</summary>
    public Task<StaffRole?> Find(string? token) => store.Ask(async (_, db) => (await Find(db, token))?.Role);

    /// <summary>Joins by a link, with a name and a password, and signs in.</summary>
    /// <param name="browser">From what, in words.</param>
    public async Task<Outcome<SignedIn>> Accept(string? token, string name, string password, string browser, CancellationToken ct)
    {
        var joined = await store.Ask(async (members, db) =>
        {
            await using var transaction = await StaffStore.BeginAlone(db);
            if (await Find(db, token) is not { } invitation)
            {
                return Over;
            }

            var outcome = await Join(members, invitation, name, password);
            if (outcome is Outcome<Guid>.Done)
            {
                await db.Invitations.Where(one => one.Id == invitation.Id).ExecuteDeleteAsync(CancellationToken.None);
                await transaction.CommitAsync(CancellationToken.None);
            }

            return outcome;
        });
        return joined switch
        {
            Outcome<Guid>.Refused { Refusal: var refusal } => refusal,
            Outcome<Guid>.Done { Value: var staffId } => await accounts.Admit(staffId, browser) is { } signedIn ? signedIn : Over,
            _ => throw new InvalidOperationException("No such answer."),
        };
    }

    private async Task<Outcome<Guid>> Join(UserManager<StaffMember> members, StaffInvitation invitation, string name, string password)
    {
        switch (await StaffAccounts.Create(members, new(invitation.Id, name), password, StaffChanges.ClaimsOf(invitation.Role, handlesSevere: false)))
        {
            case Enlistment.Taken:
                return Refusal.Invalid("username", "Somebody has that name, or had it. Choose another one.");
            case Enlistment.Refused { Why: var wrong }:
                return wrong;
            default:
                return await record.Decide(invitation.Id, new StaffCommand.Join(clock.GetUtcNow()), invitation.Id, CancellationToken.None)
                    is Outcome<StaffState>.Refused { Refusal: var refusal } ? refusal : invitation.Id;
        }
    }

    private async Task<StaffInvitation?> Find(StaffDb db, string? token)
    {
        if (token is not { Length: > 0 and <= LongestToken })
        {
            return null;
        }

        var hash = HashOf(token);
        var invitation = await db.Invitations.AsNoTracking().FirstOrDefaultAsync(one => one.TokenHash == hash);
        return invitation is not null && IsGood(invitation) ? invitation : null;
    }

    private bool IsGood(StaffInvitation invitation) => invitation.ExpiresAt > clock.GetUtcNow();

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
