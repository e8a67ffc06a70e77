using System.Data.Common;
using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;

namespace RandomChat.Web.Accounts;

/// <summary>
/// Who is on the staff, and whether a password is theirs. Every member throws <see cref="DependencyUnavailableException"/>
/// while the accounts cannot be read.
/// </summary>
/// <param name="requireTwoFactor">Who has no second factor may only enrol one.</param>
public sealed class StaffAccounts(
    IServiceScopeFactory scopes, StaffTokens tokens, SecondFactor factor, TimeProvider clock, bool requireTwoFactor, string dependency)
{
    // PostgreSQL's; on SQLite only one server starts.
    private const string UniqueViolation = "23505";

    // Verified where nobody has the name, so that an answer takes as long as for somebody who does.
    private static readonly string NobodysHash = new PasswordHasher<StaffMember>().HashPassword(new(), Guid.NewGuid().ToString("N"));

    /// <summary>Whose name and password these are; null where they are not of the same member.</summary>
    internal Task<KnownMember?> CheckPassword(string userName, string password) => Ask(async members =>
    {
        var member = await members.FindByNameAsync(userName);
        if (member?.PasswordHash is null)
        {
            members.PasswordHasher.VerifyHashedPassword(new(), NobodysHash, password);
            return null;
        }

        return await members.CheckPasswordAsync(member, password) ? new KnownMember(member.Id, member.TwoFactorEnabled) : null;
    });

    /// <summary>Whether a code of the second factor is the member's; it is good once.</summary>
    internal Task<bool> UseCode(Guid staffId, string code) => Ask(async members =>
        await members.FindByIdAsync(staffId.ToString("D")) is { } member && await factor.Use(members, member, code, clock.GetUtcNow()));

    /// <summary>A token for whoever has shown who they are; null where there is no such member any more.</summary>
    internal Task<SignedIn?> Admit(Guid staffId) => Ask(async members => await members.FindByIdAsync(staffId.ToString("D")) is { } member
        ? new SignedIn(member.Id, tokens.Issue(member.Id, member.SecurityStamp!), await RolesOf(members, member))
        : null);

    /// <summary>A secret for an authenticator app, in base 32, with the member's name; null where they have a second factor already.</summary>
    internal Task<(string Name, string Secret)?> BeginSecondFactor(Guid staffId) => Ask<(string, string)?>(async members =>
        await members.FindByIdAsync(staffId.ToString("D")) is { TwoFactorEnabled: false } member
            ? (member.UserName!, await factor.Begin(members, member))
            : null);

    /// <summary>Makes that secret the member's second factor, which ends what they were signed in with.</summary>
    /// <returns>Recovery codes, to be shown once; null where the code is none of the secret.</returns>
    internal Task<IReadOnlyList<string>?> ConfirmSecondFactor(Guid staffId, string code) => Ask(async members =>
        await members.FindByIdAsync(staffId.ToString("D")) is { TwoFactorEnabled: false } member
            ? await factor.Confirm(members, member, code, clock.GetUtcNow())
            : null);

    /// <summary>The member whose token this is; null where it has ended.</summary>
    public async Task<StaffIdentity?> Find(string token) => tokens.Read(token) is not var (staffId, stamp) ? null : await Ask(async members =>
        await members.FindByIdAsync(staffId.ToString("D")) is { } member && member.SecurityStamp == stamp
            ? new StaffIdentity(member.Id, member.UserName!, await RolesOf(members, member), MustEnrol: requireTwoFactor && !member.TwoFactorEnabled)
            : null);

    /// <summary>Ends every token of a member.</summary>
    public Task SignOut(Guid staffId) => Ask(async members =>
        await members.FindByIdAsync(staffId.ToString("D")) is { } member ? await members.UpdateSecurityStampAsync(member) : null);

    /// <summary>Whether anybody is on the staff.</summary>
    public Task<bool> Any() => Ask(members => members.Users.AnyAsync());

    /// <summary>A member's name; null where there is no such member any more.</summary>
    public Task<string?> NameOf(Guid staffId) => Ask(async members => (await members.FindByIdAsync(staffId.ToString("D")))?.UserName);

    /// <summary>How many may decide about sanctions.</summary>
    public Task<int> CountModerating() => Ask(async members =>
    {
        var moderators = await members.GetUsersForClaimAsync(new(ClaimTypes.Role, StaffRoles.Moderator));
        var administrators = await members.GetUsersForClaimAsync(new(ClaimTypes.Role, StaffRoles.Administrator));
        return moderators.Union(administrators).Select(member => member.Id).Distinct().Count();
    });

    /// <summary>Enlists a member with a role. A name that is taken changes nothing.</summary>
    public Task<Enlistment> Enlist(string userName, string password, string role) => Ask<Enlistment>(async (members, db) =>
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        var member = new StaffMember(Guid.NewGuid(), userName);
        IdentityResult created;
        try
        {
            created = await members.CreateAsync(member, password);
        }
        catch (DbUpdateException e) when (e.InnerException is DbException { SqlState: UniqueViolation })
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
            return new Enlistment.Refused(string.Join(' ', created.Errors.Select(error => error.Description)));
        }

        await members.AddClaimAsync(member, new(ClaimTypes.Role, role));
        await transaction.CommitAsync();
        return new Enlistment.Done();
    });

    private static async Task<IReadOnlyList<string>> RolesOf(UserManager<StaffMember> members, StaffMember member) =>
        [.. (await members.GetClaimsAsync(member)).Where(claim => claim.Type == ClaimTypes.Role).Select(claim => claim.Value).Order(StringComparer.Ordinal)];

    private Task<T> Ask<T>(Func<UserManager<StaffMember>, Task<T>> question) => Ask((members, _) => question(members));

    private async Task<T> Ask<T>(Func<UserManager<StaffMember>, StaffDb, Task<T>> question)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            return await question(
                scope.ServiceProvider.GetRequiredService<UserManager<StaffMember>>(), scope.ServiceProvider.GetRequiredService<StaffDb>());
        }
        catch (Exception e) when (e is DbException or TimeoutException or DbUpdateException)
        {
            throw new DependencyUnavailableException(dependency, e);
        }
    }
}

/// <summary>How enlisting somebody ended.</summary>
public abstract record Enlistment
{
    private Enlistment()
    {
    }

    public sealed record Done : Enlistment;

    /// <summary>Somebody has that name already.</summary>
    public sealed record Taken : Enlistment;

    /// <param name="Why">What is wrong with the name or the password, in a sentence.</param>
    public sealed record Refused(string Why) : Enlistment;
}

/// <summary>Whose password it was.</summary>
/// <param name="HasSecondFactor">A code of it has to be shown as well.</param>
internal sealed record KnownMember(Guid StaffId, bool HasSecondFactor);

/// <summary>Somebody of the staff who signed in.</summary>
public sealed record SignedIn(Guid StaffId, string Token, IReadOnlyList<string> Roles);
