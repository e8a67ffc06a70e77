using Mediator;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Visitors;

namespace RandomChat.Web.Accounts;

/// <summary>
/// The accounts of visitors. What is changed is told to the log before the tables keep it: where they or the log do not answer
/// nothing is changed, unless the tables fail at the very last. Then the log says already what they do not have, sessions have
/// ended that were to end, and doing it again makes it so. Every member throws <see cref="DependencyUnavailableException"/> then.
/// </summary>
public sealed class VisitorAccounts : IAccountStore
{
    private const int DeletedAtOnce = 500;
    private readonly IdentityStore<AccountHolder, AccountsDb> store;
    private readonly CommandExecutor executor;
    private readonly ISealer sealer;
    private readonly VisitorProfiles profiles;
    private readonly ISender sender;
    private readonly ILocalConnections connections;
    private readonly TimeProvider clock;

    internal VisitorAccounts(
        IdentityStore<AccountHolder, AccountsDb> store, CommandExecutor executor, ISealer sealer, VisitorProfiles profiles, ISender sender,
        ILocalConnections connections, TimeProvider clock) =>
        (this.store, this.executor, this.sealer, this.profiles, this.sender, this.connections, this.clock) =
        (store, executor, sealer, profiles, sender, connections, clock);

    /// <summary>Gives a visitor an account.</summary>
    /// <param name="email">Well-formed, or null.</param>
    /// <param name="endSessions">What the visitor was known by so far ends.</param>
    /// <returns>Recovery codes, to be shown once.</returns>
    public async Task<Outcome<Codes>> Register(
        Guid visitorId, string userName, string password, string? email, bool endSessions, CancellationToken ct)
    {
        string? sealedEmail;
        try
        {
            sealedEmail = email is null ? null : await sealer.SealForVisitor(visitorId, email, ct);
        }
        catch (KeyDestroyedException)
        {
            return VisitorRefusals.NoSession;
        }

        var codes = RecoveryCodes.New();
        var holder = new AccountHolder(visitorId, userName) { SealedEmail = sealedEmail, RecoveryCodes = RecoveryCodes.Keep(codes) };
        var refusal = await store.Ask<Refusal?>(async (users, db) =>
        {
            if (await users.FindByIdAsync(Key(visitorId)) is not null)
            {
                return AccountRefusals.HasAccount;
            }

            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            try
            {
                if (await users.CreateAsync(holder, password) is { Succeeded: false } failed)
                {
                    return IdentityErrors.Why(failed);
                }
            }
            catch (DbUpdateException e) when (IdentityErrors.IsDuplicate(e))
            {
                // Somebody else took the name in the same moment, or the visitor asked twice.
                return AccountRefusals.NameTaken;
            }

            if (await Tell(visitorId, new AccountCommand.Register(visitorId, endSessions, clock.GetUtcNow())) is { } closed)
            {
                return closed;
            }

            await transaction.CommitAsync(CancellationToken.None);
            return null;
        });
        if (refusal is not null)
        {
            return refusal;
        }

        // Whoever was erased meanwhile, or before by a session of theirs that goes on, leaves no account that nobody could delete.
        if ((await executor.Load(Visitor.Decider, visitorId, CancellationToken.None)).IsErased)
        {
            await Delete(visitorId, CancellationToken.None);
            await Tell(visitorId, new AccountCommand.Close(visitorId, clock.GetUtcNow()));
            return VisitorRefusals.NoSession;
        }

        profiles.Look(visitorId);
        if (endSessions)
        {
            connections.Close(visitorId);
        }

        // From here on the visitor's key lasts as long as the account.
        await sender.Send(new NoteVisit(visitorId), CancellationToken.None);
        return new Codes(codes);
    }

    /// <summary>The visitor whose name and password these are; null where they are not of the same account.</summary>
    public async Task<Guid?> CheckPassword(string userName, string password) => (await store.CheckPassword(userName, password))?.Id;

    /// <summary>What the holder sees of the account; null where there is none.</summary>
    public async Task<HolderView?> Find(Guid visitorId, CancellationToken ct)
    {
        if (await store.Ask(users => users.FindByIdAsync(Key(visitorId))) is not { } holder)
        {
            return null;
        }

        var email = holder.SealedEmail is { } text ? await sealer.OpenForVisitor(visitorId, text, ct) : null;
        return new(holder.UserName!, email, RecoveryCodes.Left(holder.RecoveryCodes));
    }

    /// <summary>Changes the password for whoever knows the old one, and ends every session there was.</summary>
    public Task<Outcome<Guid>> ChangePassword(Guid visitorId, string current, string password) => SetPassword(
        users => users.FindByIdAsync(Key(visitorId)), (users, holder) => users.ChangePasswordAsync(holder, current, password), recovered: false);

    /// <summary>Sets a new password for whoever has a recovery code, which is used up, and ends every session there was.</summary>
    public Task<Outcome<Guid>> Recover(string userName, string code, string password) => SetPassword(
        users => users.FindByNameAsync(userName),
        async (users, holder) =>
        {
            if (RecoveryCodes.Use(holder.RecoveryCodes, code) is not { } left)
            {
                return IdentityResult.Failed(users.ErrorDescriber.PasswordMismatch());
            }

            if (await IdentityErrors.Judge(users, holder, password) is { } unfit)
            {
                return unfit;
            }

            holder.RecoveryCodes = left;
            holder.PasswordHash = users.PasswordHasher.HashPassword(holder, password);
            return await users.UpdateSecurityStampAsync(holder);
        },
        recovered: true);

    /// <summary>Makes new recovery codes for whoever knows the password; those of before are good no longer.</summary>
    public async Task<Outcome<Codes>> RenewCodes(Guid visitorId, string password)
    {
        var codes = RecoveryCodes.New();
        var refusal = await store.Ask<Refusal?>(async users =>
        {
            if (await users.FindByIdAsync(Key(visitorId)) is not { } holder || !await users.CheckPasswordAsync(holder, password))
            {
                return AccountRefusals.BadCredentials;
            }

            holder.RecoveryCodes = RecoveryCodes.Keep(codes);
            return await users.UpdateAsync(holder) is { Succeeded: false } failed ? IdentityErrors.Why(failed) : null;
        });
        return refusal is null ? new Codes(codes) : refusal;
    }

    /// <summary>Ends every session of the account, wherever it is signed in. Without an account nothing happens.</summary>
    public async Task SignOut(Guid visitorId)
    {
        if (await Tell(visitorId, new AccountCommand.SignOut(visitorId, clock.GetUtcNow())) is null)
        {
            EndSessions(visitorId);
        }
    }

    public Task Delete(Guid visitorId, CancellationToken ct) =>
        store.Ask((_, db) => db.Users.Where(holder => holder.Id == visitorId).ExecuteDeleteAsync(ct));

    public async Task<int> Delete(IReadOnlyCollection<Guid> visitorIds, CancellationToken ct)
    {
        var deleted = 0;
        foreach (var some in visitorIds.Chunk(DeletedAtOnce))
        {
            deleted += await store.Ask((_, db) => db.Users.Where(holder => some.Contains(holder.Id)).ExecuteDeleteAsync(ct));
        }

        return deleted;
    }

    private async Task<Outcome<Guid>> SetPassword(
        Func<UserManager<AccountHolder>, Task<AccountHolder?>> find, Func<UserManager<AccountHolder>, AccountHolder, Task<IdentityResult>> change, bool recovered)
    {
        var outcome = await store.Ask<Outcome<Guid>>(async (users, db) =>
        {
            if (await find(users) is not { } holder)
            {
                return AccountRefusals.BadCredentials;
            }

            await using var transaction = await db.Database.BeginTransactionAsync();
            if (await change(users, holder) is { Succeeded: false } failed)
            {
                return IdentityErrors.Why(failed);
            }

            if (await Tell(holder.Id, new AccountCommand.ChangePassword(holder.Id, recovered, clock.GetUtcNow())) is { } closed)
            {
                return closed;
            }

            await transaction.CommitAsync();
            return holder.Id;
        });
        if (outcome is Outcome<Guid>.Done { Value: var visitorId })
        {
            EndSessions(visitorId);
        }

        return outcome;
    }

    private Task<Refusal?> Tell(Guid visitorId, AccountCommand command) => new AccountRecord(executor).Tell(visitorId, command);

    /// <summary>On this node before it answers; every node reads it in the log, and does the same (<see cref="Identity.SessionWatch"/>).</summary>
    private void EndSessions(Guid visitorId)
    {
        profiles.Look(visitorId);
        connections.Close(visitorId);
    }

    private static string Key(Guid visitorId) => visitorId.ToString("D");
}

/// <param name="Recovery">Recovery codes, to be shown once.</param>
public sealed record Codes(IReadOnlyList<string> Recovery);

/// <summary>What the holder of an account sees of it.</summary>
/// <param name="Email">Null where none was given.</param>
/// <param name="CodesLeft">How many recovery codes are good.</param>
public sealed record HolderView(string UserName, string? Email, int CodesLeft);
