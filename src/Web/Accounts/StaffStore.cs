using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>The way to the staff's accounts: each question with services of its own.</summary>
/// <param name="dependency">Their name in answers, while they cannot be read.</param>
public sealed class StaffStore(IServiceScopeFactory scopes, string dependency)
{
    private readonly IdentityStore<StaffMember, StaffDb> tables = new(scopes, dependency);

    /// <exception cref="DependencyUnavailableException">The accounts cannot be read now.</exception>
    internal Task<T> Ask<T>(Func<UserManager<StaffMember>, StaffDb, Task<T>> question) => tables.Ask(question);

    /// <inheritdoc cref="IdentityStore{TUser, TDb}.CheckPassword"/>
    internal Task<StaffMember?> CheckPassword(string userName, string password) => tables.CheckPassword(userName, password);

    /// <summary>
    /// One after the other, whichever node asks: of two administrators who remove each other at once, the second one is the
    /// last, and stays. It ends with the transaction.
    /// </summary>
    internal static async Task<IDbContextTransaction> BeginAlone(StaffDb db)
    {
        // On SQLite a transaction is alone from its beginning.
        var transaction = await db.Database.BeginTransactionAsync();
        if (db.Database.IsNpgsql())
        {
            await db.Database.ExecuteSqlRawAsync($"LOCK TABLE {StaffDb.Schema}.invitations IN SHARE ROW EXCLUSIVE MODE");
        }

        return transaction;
    }

    /// <summary>Nobody else changes this member until the transaction ends: what is read of them from here on stays so.</summary>
    internal static async Task Hold(StaffDb db, Guid staffId)
    {
        // On SQLite a transaction is alone from its beginning. Sessions may begin: their key needs no more of the row than its id.
        if (db.Database.IsNpgsql())
        {
            await db.Database.ExecuteSqlRawAsync($"SELECT FROM {StaffDb.Schema}.members WHERE id = {{0}} FOR NO KEY UPDATE", staffId);
        }
    }

    /// <summary>Whether somebody decides who is on the staff now, in the transaction that is open.</summary>
    internal static Task<bool> Administers(StaffDb db, Guid staffId)
    {
        var role = StaffRoles.Claim(StaffRole.Administrator);
        return db.UserClaims.AnyAsync(claim => claim.UserId == staffId && claim.ClaimType == role.Type && claim.ClaimValue == role.Value
            && db.Users.Any(member => member.Id == staffId && member.Standing == StaffStanding.Active));
    }
}
