using Mediator;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Somebody of the staff works on a case: for <see cref="Case.Lease"/> nobody else decides it.</summary>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may decide severe cases; others are refused with <c>forbidden</c>.</param>
/// <param name="TakesOver">Also from somebody else who works on it.</param>
public sealed record TakeOnCase(Guid CaseId, Guid By, bool HandlesSevere = false, bool TakesOver = false) : IRequest<Outcome<Nothing>>;

public sealed class TakeOnCaseHandler(CommandExecutor executor, TimeProvider clock) : IRequestHandler<TakeOnCase, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(TakeOnCase request, CancellationToken cancellationToken)
    {
        var take = new CaseCommand.TakeOn(request.By, clock.GetUtcNow(), request.HandlesSevere, request.TakesOver);
        var executed = await executor.Execute(Case.Decider, request.CaseId, take, Guid.NewGuid(), EventMetadata.Staff(request.By), cancellationToken);
        return executed is Executed<CaseEvent, CaseState>.Refused { Reason: var reason, State: var state } ? CaseStanding.Refuse(reason, state) : default(Nothing);
    }
}
