using Microsoft.AspNetCore.Identity;
using RandomChat.Application.Events;

namespace RandomChat.Web.Accounts;

/// <summary>Asks the tables of accounts, each time in a scope of its own, and names them where they do not answer.</summary>
/// <param name="dependency">Their name in answers and in readiness.</param>
internal sealed class IdentityStore<TUser, TDb>(IServiceScopeFactory scopes, string dependency)
    where TUser : IdentityUser<Guid>
    where TDb : IdentityDb<TUser>
{
    // Verified where nobody has the name, so that an answer takes as long as for somebody who does.
    private static readonly string NobodysHash = new PasswordHasher<TUser>().HashPassword(null!, Guid.NewGuid().ToString("N"));

    /// <exception cref="DependencyUnavailableException">They do not answer.</exception>
    public Task<T> Ask<T>(Func<UserManager<TUser>, Task<T>> question) => Ask((users, _) => question(users));

    /// <inheritdoc cref="Ask{T}(Func{UserManager{TUser}, Task{T}})"/>
    public async Task<T> Ask<T>(Func<UserManager<TUser>, TDb, Task<T>> question)
    {
        await using var scope = scopes.CreateAsyncScope();
        try
        {
            return await question(scope.ServiceProvider.GetRequiredService<UserManager<TUser>>(), scope.ServiceProvider.GetRequiredService<TDb>());
        }
        catch (Exception e) when (IdentityErrors.IsOutage(e))
        {
            throw new DependencyUnavailableException(dependency, e);
        }
    }

    /// <summary>Whose name and password these are; null where they are not of the same account. Both answers take as long.</summary>
    public Task<TUser?> CheckPassword(string userName, string password) => Ask(async users =>
    {
        var user = await users.FindByNameAsync(userName);
        if (user?.PasswordHash is null)
        {
            users.PasswordHasher.VerifyHashedPassword(null!, NobodysHash, password);
            return null;
        }

        return await users.CheckPasswordAsync(user, password) ? user : null;
    });
}
