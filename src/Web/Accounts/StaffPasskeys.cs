using Microsoft.AspNetCore.Identity;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>
/// The passkeys of the staff: beside the password, in place of a code. Every member throws
/// <see cref="DependencyUnavailableException"/> where accounts or log do not answer; then no passkey has come or gone.
/// </summary>
public sealed class StaffPasskeys
{
    private readonly StaffStore store;
    private readonly Passkeys<StaffMember> passkeys;
    private readonly StaffRecord record;
    private readonly TimeProvider clock;

    internal StaffPasskeys(StaffStore store, Passkeys<StaffMember> passkeys, StaffRecord record, TimeProvider clock) =>
        (this.store, this.passkeys, this.record, this.clock) = (store, passkeys, record, clock);

    /// <summary>Those of a member, the oldest first.</summary>
    public Task<IReadOnlyList<PasskeyView>> Of(Guid staffId) => store.Ask<IReadOnlyList<PasskeyView>>(async (members, _) =>
        await members.FindByIdAsync(Key(staffId)) is { } member ? await Passkeys<StaffMember>.Of(members, member) : []);

    /// <summary>Options for a new one, as JSON.</summary>
    /// <param name="password">Null for whoever has to enrol, and has come in with it a moment ago.</param>
    public Task<Outcome<string>> BeginAdding(Guid staffId, string? password, HttpContext context) => store.Ask<Outcome<string>>(async (members, _) =>
        await members.FindByIdAsync(Key(staffId)) is { Standing: StaffStanding.Active } member
        && (password is null ? !member.TwoFactorEnabled : await members.CheckPasswordAsync(member, password))
            ? await passkeys.BeginAdding(members, member, context)
            : AccountRefusals.BadCredentials);

    /// <summary>Keeps one. The first of whoever has no second factor is theirs from here on, and ends what they were signed in with.</summary>
    /// <returns>Recovery codes with the first second factor, to be shown once; else none.</returns>
    /// <inheritdoc cref="Passkeys{TUser}.Add"/>
    public Task<Outcome<IReadOnlyList<string>>> Add(Guid staffId, string name, string credential, HttpContext context) =>
        Change<IReadOnlyList<string>>(staffId, new StaffCommand.AddPasskey(clock.GetUtcNow()), async (members, db, member) =>
        {
            if (await passkeys.Add(members, member, name, credential, context) is { } refusal)
            {
                return refusal;
            }

            if (member.TwoFactorEnabled)
            {
                return new Outcome<IReadOnlyList<string>>.Done([]);
            }

            var codes = await SecondFactor.Enable(members, member);
            await StaffSessions.End(db, staffId, sessionId: null);
            return new Outcome<IReadOnlyList<string>>.Done(codes);
        });

    /// <summary>Removes one, unless it is the last thing beside recovery codes that lets its owner in.</summary>
    public Task<Outcome<Nothing>> Remove(Guid staffId, string id) =>
        Change<Nothing>(staffId, new StaffCommand.RemovePasskey(clock.GetUtcNow()), async (members, _, member) =>
        {
            if (!await Passkeys<StaffMember>.Remove(members, member, id))
            {
                return Refusal.NotFound("There is no such passkey.");
            }

            return await SecondFactor.HasApp(members, member) || (await members.GetPasskeysAsync(member)).Count > 0
                ? default(Nothing)
                : PasskeyRefusals.LastFactor;
        });

    /// <inheritdoc cref="Passkeys{TUser}.BeginSigningIn"/>
    public Task<string> BeginSigningIn(HttpContext context) => store.Ask((members, _) => passkeys.BeginSigningIn(members, context));

    /// <summary>The member whose passkey has signed; null where it is nobody's.</summary>
    public Task<Guid?> Check(string credential, HttpContext context) =>
        store.Ask(async (members, _) => (await passkeys.Check(members, credential, context))?.Id);

    /// <summary>One of the member's, recorded; what is refused is rolled back.</summary>
    private Task<Outcome<T>> Change<T>(
        Guid staffId, StaffCommand command, Func<UserManager<StaffMember>, StaffDb, StaffMember, Task<Outcome<T>>> change) =>
        store.Ask<Outcome<T>>(async (members, db) =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await StaffStore.Hold(db, staffId);
            if (await members.FindByIdAsync(Key(staffId)) is not { } member)
            {
                return AccountRefusals.BadCredentials;
            }

            var outcome = await change(members, db, member);
            if (outcome is Outcome<T>.Refused)
            {
                return outcome;
            }

            var claims = await members.GetClaimsAsync(member);
            await record.Note(staffId, StaffRoles.Highest(claims), StaffRoles.HandlesSevere(claims), CancellationToken.None);
            if (await record.Decide(staffId, command, staffId, CancellationToken.None) is Outcome<StaffState>.Refused { Refusal: var refusal })
            {
                return refusal;
            }

            await transaction.CommitAsync();
            return outcome;
        });

    private static string Key(Guid staffId) => staffId.ToString("D");
}
