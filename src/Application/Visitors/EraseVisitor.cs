using Mediator;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Visitors;

/// <summary>
/// Forgets a visitor: out of match and queue, then the account, then the key, then the event. What they wrote in matches ends with its
/// hours' keys; what was reported is kept for its time. Where it fails, nothing says that it is done, and doing it again
/// finishes it.
/// </summary>
public sealed record EraseVisitor(Guid VisitorId, Guid DeviceId) : IRequest<Nothing>;

public sealed class EraseVisitorHandler(
    Matchmaker matchmaker, Departures departures, IAccountStore accounts, CommandExecutor executor, ISealer sealer, ErasedVisitors erased,
    TimeProvider clock)
    : IRequestHandler<EraseVisitor, Nothing>
{
    public async ValueTask<Nothing> Handle(EraseVisitor request, CancellationToken cancellationToken)
    {
        var visitorId = request.VisitorId;
        await matchmaker.Leave(visitorId, CancellationToken.None);
        if (await matchmaker.MatchOf(visitorId, cancellationToken) is { } matchId)
        {
            await departures.Leave(visitorId, matchId, MatchEndReason.Stopped);
        }

        // First of all, so that nobody signs in to what is being forgotten.
        await CloseAccount(visitorId, cancellationToken);

        // The key before the event: with the event their session ends, and nobody could ask again for what failed.
        await sealer.ForgetVisitor(visitorId, cancellationToken);
        await executor.Execute(
            Visitor.Decider, visitorId, new VisitorCommand.Erase(visitorId, request.DeviceId, clock.GetUtcNow()),
            DerivedId.From("visitor.erase", visitorId, string.Empty), EventMetadata.Visitor(visitorId), cancellationToken);
        erased.Forget(visitorId);

        // From the event on no account is kept and no visit makes a key; either may have come just before it.
        await CloseAccount(visitorId, cancellationToken);
        await sealer.ForgetVisitor(visitorId, cancellationToken);
        return default;
    }

    private async Task CloseAccount(Guid visitorId, CancellationToken ct)
    {
        await accounts.Delete(visitorId, ct);
        await executor.Execute(
            Account.Decider, visitorId, new AccountCommand.Close(visitorId, clock.GetUtcNow()),
            DerivedId.From("account.close", visitorId, string.Empty), EventMetadata.Visitor(visitorId), ct);
    }
}
