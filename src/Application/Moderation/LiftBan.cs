using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Takes back the ban that keeps a visitor out, with its strikes.</summary>
/// <param name="Statement">Why, 1 to <see cref="Ban.MaximumStatementLength"/> characters.</param>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may decide severe cases; others are refused with <c>forbidden</c> where it is about one.</param>
public sealed record LiftBan(Guid VisitorId, string Statement, Guid By, bool HandlesSevere = false) : IRequest<Outcome<Nothing>>;

public sealed class LiftBanHandler(CommandExecutor executor, ISealer sealer, TimeProvider clock) : IRequestHandler<LiftBan, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(LiftBan request, CancellationToken cancellationToken)
    {
        if (Statements.ProblemOf(request.Statement) is { } problem)
        {
            return problem;
        }

        var now = clock.GetUtcNow();
        var known = await executor.Load(Ban.Decider, request.VisitorId, cancellationToken);
        if (known.ActiveAt(now) is not { } active)
        {
            return Refusal.NotFound("There is no ban that lasts.");
        }

        var statement = await Statements.Seal(sealer, active.Id, request.Statement, cancellationToken);
        var executed = await executor.Execute(
            Ban.Decider, request.VisitorId, new BanCommand.Lift(statement, request.By, now, request.HandlesSevere), Guid.NewGuid(),
            EventMetadata.Staff(request.By), cancellationToken);
        return executed is Executed<BanEvent, BanState>.Refused { Reason: var reason } ? Refusals.From(reason) : default(Nothing);
    }
}
