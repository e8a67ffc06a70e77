using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using RandomChat.Application.Events;

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
}
