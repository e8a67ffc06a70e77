using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Accounts;

namespace RandomChat.Application.Accounts;

/// <summary>Gives an account the badge that tells partners that the staff knows who this is, or takes it back.</summary>
/// <param name="StaffId">Who does it.</param>
public sealed record ChangeBadge(Guid VisitorId, Guid StaffId, bool Granted) : IRequest<Outcome<Nothing>>;

public sealed class ChangeBadgeHandler(CommandExecutor executor, VisitorProfiles profiles, TimeProvider clock)
    : IRequestHandler<ChangeBadge, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(ChangeBadge request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        AccountCommand command = request.Granted
            ? new AccountCommand.GrantBadge(request.VisitorId, request.StaffId, now)
            : new AccountCommand.RevokeBadge(request.VisitorId, request.StaffId, now);
        var executed = await executor.Execute(
            Account.Decider, request.VisitorId, command, Guid.NewGuid(), EventMetadata.Staff(request.StaffId), cancellationToken);
        if (executed is Executed<AccountEvent, AccountState>.Refused { Reason: var reason })
        {
            return Refusals.From(reason);
        }

        profiles.Look(request.VisitorId);
        return default(Nothing);
    }
}
