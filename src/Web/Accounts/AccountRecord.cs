using RandomChat.Application;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>What a visitor does about their account, decided and recorded in <c>account-{id}</c>.</summary>
internal sealed class AccountRecord(CommandExecutor executor)
{
    /// <returns>Why the log was not told; null where it was.</returns>
    /// <exception cref="DependencyUnavailableException">Nothing was recorded.</exception>
    public async Task<Refusal?> Tell(Guid visitorId, AccountCommand command) =>
        await executor.Execute(Account.Decider, visitorId, command, Guid.NewGuid(), EventMetadata.Visitor(visitorId), CancellationToken.None)
            is Executed<AccountEvent, AccountState>.Refused { Reason: var reason }
            ? Refusals.From(reason)
            : null;
}
