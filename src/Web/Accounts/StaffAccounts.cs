using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RandomChat.Application;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>
/// Who is on the staff, and whether a password is theirs. Every member throws <see cref="DependencyUnavailableException"/>
/// while the accounts cannot be read.
/// </summary>
/// <param name="requireTwoFactor">Who has no second factor may only enrol one.</param>
public sealed class StaffAccounts(
    StaffStore store, StaffSessions sessions, StaffTokens tokens, SecondFactor factor, TimeProvider clock, bool requireTwoFactor)
{
    /// <summary>Whose name and password these are; null where they are not of the same member, or of one who may not come in.</summary>
    internal async Task<KnownMember?> CheckPassword(string userName, string password) =>
        await store.CheckPassword(userName, password) is { Standing: StaffStanding.Active } member ? new(member.Id, member.TwoFactorEnabled) : null;

    /// <summary>Whether a code of the second factor is the member's; it is good once.</summary>
    internal Task<bool> UseCode(Guid staffId, string code) => Ask(async members =>
        await members.FindByIdAsync(staffId.ToString("D")) is { } member && await factor.Use(members, member, code, clock.GetUtcNow()));

    /// <summary>Whether a member has to show a code of a second factor.</summary>
    public Task<bool> HasSecondFactor(Guid staffId) => Ask(async members =>
        await members.FindByIdAsync(staffId.ToString("D")) is { TwoFactorEnabled: true });

    /// <summary>A session for whoever has shown who they are; null where they are not on the staff any more.</summary>
    /// <param name="browser">From what they sign in, in words.</param>
    internal Task<SignedIn?> Admit(Guid staffId, string browser) => store.Ask(async (members, db) =>
        await members.FindByIdAsync(staffId.ToString("D")) is { Standing: StaffStanding.Active } member
            ? new SignedIn(member.Id, await sessions.Begin(db, member, browser), await RolesOf(members, member))
            : null);

    /// <summary>A secret for an authenticator app, in base 32, with the member's name; null where they have a second factor already.</summary>
    internal Task<(string Name, string Secret)?> BeginSecondFactor(Guid staffId) => Ask<(string, string)?>(async members =>
        await members.FindByIdAsync(staffId.ToString("D")) is { TwoFactorEnabled: false } member
            ? (member.UserName!, await factor.Begin(members, member))
            : null);

    /// <summary>Makes that secret the member's second factor, which ends what they were signed in with.</summary>
    /// <returns>Recovery codes, to be shown once; null where the code is none of the secret.</returns>
    internal Task<IReadOnlyList<string>?> ConfirmSecondFactor(Guid staffId, string code) => store.Ask(async (members, db) =>
    {
        var recovery = await members.FindByIdAsync(staffId.ToString("D")) is { TwoFactorEnabled: false } member
            ? await factor.Confirm(members, member, code, clock.GetUtcNow())
            : null;
        if (recovery is not null)
        {
            await StaffSessions.End(db, staffId, sessionId: null);
        }

        return recovery;
    });

    /// <summary>The member whose token this is; null where it has ended.</summary>
    public async Task<StaffIdentity?> Find(string token) => tokens.Read(token) is not { } read ? null : await store.Ask(async (members, db) =>
    {
        if (await members.FindByIdAsync(read.StaffId.ToString("D")) is not { Standing: StaffStanding.Active } member
            || member.SecurityStamp != read.Stamp || !await sessions.Continue(db, read))
        {
            return null;
        }

        var claims = await members.GetClaimsAsync(member);
        return new StaffIdentity(
            member.Id, read.SessionId, member.UserName!, StaffRoles.Among(claims), StaffRoles.HandlesSevere(claims),
            MustEnrol: requireTwoFactor && !member.TwoFactorEnabled);
    });

    /// <summary>Ends every session of a member.</summary>
    public Task SignOut(Guid staffId) => store.Ask(async (members, db) =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        await StaffStore.Hold(db, staffId);
        await StaffSessions.End(db, staffId, sessionId: null);
        if (await members.FindByIdAsync(staffId.ToString("D")) is { } member)
        {
            await IdentityErrors.Must(members.UpdateSecurityStampAsync(member));
        }

        await transaction.CommitAsync();
        return default(Nothing);
    });

    /// <summary>Everybody on the staff, by name; whoever left is not among them.</summary>
    public Task<IReadOnlyList<ListedMember>> All() => store.Ask<IReadOnlyList<ListedMember>>(async (_, db) =>
    {
        var members = await db.Users.AsNoTracking().Where(member => member.Standing != StaffStanding.Gone).OrderBy(member => member.NormalizedUserName).ToListAsync();
        var claims = (await db.UserClaims.AsNoTracking().ToListAsync()).ToLookup(claim => claim.UserId, claim => claim.ToClaim());
        return
        [
            .. members.Select(member => new ListedMember(
                member.Id, member.UserName!, StaffRoles.Highest(claims[member.Id]), StaffRoles.HandlesSevere(claims[member.Id]), member.TwoFactorEnabled,
                member.Standing == StaffStanding.Suspended, member.LastSeenAt)),
        ];
    });

    /// <summary>Whether anybody is on the staff.</summary>
    public Task<bool> Any() => Ask(members => members.Users.AnyAsync());

    /// <summary>A member's name; null where there is no such member.</summary>
    public Task<string?> NameOf(Guid staffId) => Ask(async members => (await members.FindByIdAsync(staffId.ToString("D")))?.UserName);

    /// <summary>The id of who has a name, or had it when they left; null where nobody has.</summary>
    public Task<Guid?> IdOf(string name) => Ask(async members => (await members.FindByNameAsync(name))?.Id);

    /// <summary>How many may decide about sanctions.</summary>
    public Task<int> CountModerating() => Ask(async members =>
    {
        var moderators = await members.GetUsersForClaimAsync(StaffRoles.Claim(StaffRole.Moderator));
        var administrators = await members.GetUsersForClaimAsync(StaffRoles.Claim(StaffRole.Administrator));
        return moderators.Union(administrators).Where(member => member.Standing == StaffStanding.Active).Select(member => member.Id).Distinct().Count();
    });

    /// <summary>
    /// Enlists a member with a role, as the settings do: an administrator with the right to see severe cases. A name that is
    /// taken changes nothing, also where whoever had it left.
    /// </summary>
    public Task<Enlistment> Enlist(string userName, string password, string role) => store.Ask(async (members, db) =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        var member = new StaffMember(Guid.NewGuid(), userName);
        var enlistment = await Create(members, member, password, [
            new(ClaimTypes.Role, role), .. role == StaffRoles.Administrator ? [StaffRoles.SevereClaim] : Array.Empty<Claim>()]);
        if (enlistment is Enlistment.Done)
        {
            await transaction.CommitAsync();
        }

        return enlistment;
    });

    /// <summary>Makes the member, in the transaction that is open.</summary>
    internal static async Task<Enlistment> Create(UserManager<StaffMember> members, StaffMember member, string password, IEnumerable<Claim> claims)
    {
        IdentityResult created;
        try
        {
            created = await members.CreateAsync(member, password);
        }
        catch (DbUpdateException e) when (IdentityErrors.IsDuplicate(e))
        {
            // Another node that starts at the same moment was quicker.
            return new Enlistment.Taken();
        }

        if (created.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.DuplicateUserName)))
        {
            return new Enlistment.Taken();
        }

        if (!created.Succeeded)
        {
            return new Enlistment.Refused(IdentityErrors.Why(created));
        }

        await IdentityErrors.Must(members.AddClaimsAsync(member, claims));
        return new Enlistment.Done(member.Id);
    }

    private static async Task<IReadOnlyList<string>> RolesOf(UserManager<StaffMember> members, StaffMember member) =>
        StaffRoles.Among(await members.GetClaimsAsync(member));

    private Task<T> Ask<T>(Func<UserManager<StaffMember>, Task<T>> question) => store.Ask((members, _) => question(members));
}

/// <summary>How enlisting somebody ended.</summary>
public abstract record Enlistment
{
    private Enlistment()
    {
    }

    public sealed record Done(Guid StaffId) : Enlistment;

    /// <summary>Somebody has that name already.</summary>
    public sealed record Taken : Enlistment;

    /// <param name="Why">What is wrong with the name or the password.</param>
    public sealed record Refused(Refusal Why) : Enlistment;
}

/// <summary>Whose password it was.</summary>
/// <param name="HasSecondFactor">A code of it has to be shown as well.</param>
internal sealed record KnownMember(Guid StaffId, bool HasSecondFactor);

/// <summary>Somebody of the staff who signed in.</summary>
public sealed record SignedIn(Guid StaffId, string Token, IReadOnlyList<string> Roles);

/// <summary>Somebody of the staff, as the others see them.</summary>
/// <param name="LastSeenAt">To the minute; null where they never signed in, or not since that is kept.</param>
public sealed record ListedMember(
    Guid StaffId, string Name, StaffRole Role, bool HandlesSevere, bool HasSecondFactor, bool IsSuspended, DateTimeOffset? LastSeenAt);
