using Microsoft.AspNetCore.Identity;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>
/// The passkeys of visitors' accounts, each of which does what name and password do. Every member throws
/// <see cref="DependencyUnavailableException"/> where tables or log do not answer; then no passkey has come or gone, as with
/// <see cref="VisitorAccounts"/>.
/// </summary>
public sealed class VisitorPasskeys
{
    private readonly IdentityStore<AccountHolder, AccountsDb> store;
    private readonly Passkeys<AccountHolder> passkeys;
    private readonly AccountRecord record;
    private readonly TimeProvider clock;

    internal VisitorPasskeys(
        IdentityStore<AccountHolder, AccountsDb> store, Passkeys<AccountHolder> passkeys, AccountRecord record, TimeProvider clock) =>
        (this.store, this.passkeys, this.record, this.clock) = (store, passkeys, record, clock);

    /// <summary>Those of an account, the oldest first; null where there is no account.</summary>
    public Task<IReadOnlyList<PasskeyView>?> Of(Guid visitorId) => store.Ask<IReadOnlyList<PasskeyView>?>(async users =>
        await users.FindByIdAsync(Key(visitorId)) is { } holder ? await Passkeys<AccountHolder>.Of(users, holder) : null);

    /// <summary>Options for a new one, as JSON, for whoever knows the password.</summary>
    public Task<Outcome<string>> BeginAdding(Guid visitorId, string password, HttpContext context) => store.Ask<Outcome<string>>(async users =>
        await users.FindByIdAsync(Key(visitorId)) is { } holder && await users.CheckPasswordAsync(holder, password)
            ? await passkeys.BeginAdding(users, holder, context)
            : AccountRefusals.BadCredentials);

    /// <inheritdoc cref="Passkeys{TUser}.Add"/>
    public Task<Outcome<Nothing>> Add(Guid visitorId, string name, string credential, HttpContext context) => Change(
        visitorId, new AccountCommand.AddPasskey(visitorId, clock.GetUtcNow()), (users, holder) => passkeys.Add(users, holder, name, credential, context));

    /// <summary>Removes one; nothing happens where there is no such one.</summary>
    public Task<Outcome<Nothing>> Remove(Guid visitorId, string id) => Change(
        visitorId, new AccountCommand.RemovePasskey(visitorId, clock.GetUtcNow()),
        async (users, holder) => await Passkeys<AccountHolder>.Remove(users, holder, id) ? null : Refusal.NotFound("There is no such passkey."));

    /// <inheritdoc cref="Passkeys{TUser}.BeginSigningIn"/>
    public Task<string> BeginSigningIn(HttpContext context) => store.Ask(users => passkeys.BeginSigningIn(users, context));

    /// <summary>The visitor whose passkey has signed; null where it is nobody's.</summary>
    public Task<Guid?> Check(string credential, HttpContext context) =>
        store.Ask(async users => (await passkeys.Check(users, credential, context))?.Id);

    private Task<Outcome<Nothing>> Change(
        Guid visitorId, AccountCommand command, Func<UserManager<AccountHolder>, AccountHolder, Task<Refusal?>> change) =>
        store.Ask<Outcome<Nothing>>(async (users, db) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            if (await users.FindByIdAsync(Key(visitorId)) is not { } holder)
            {
                return AccountRefusals.BadCredentials;
            }

            if (await change(users, holder) is { } refusal)
            {
                return refusal;
            }

            if (await record.Tell(visitorId, command) is { } closed)
            {
                return closed;
            }

            await transaction.CommitAsync();
            return default(Nothing);
        });

    private static string Key(Guid visitorId) => visitorId.ToString("D");
}
