using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>
/// Keeps a ban for good, after somebody looked at it again: that is due each year (<see cref="Ban.ReviewedEvery"/>), and
/// <c>conflict</c> before. Whoever does not keep it lifts it (<see cref="LiftBan"/>).
/// </summary>
/// <param name="Statement">Why, 1 to <see cref="Ban.MaximumStatementLength"/> characters.</param>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may decide severe cases; others are refused with <c>forbidden</c> where it is about one.</param>
public sealed record ReviewBan(Guid VisitorId, string Statement, Guid By, bool HandlesSevere = false) : IRequest<Outcome<Nothing>>;

public sealed class ReviewBanHandler(CommandExecutor executor, ISealer sealer, TimeProvider clock) : IRequestHandler<ReviewBan, Outcome<Nothing>>
{
    public async ValueTask<Outcome<Nothing>> Handle(ReviewBan request, CancellationToken cancellationToken)
    {
        if (Statements.ProblemOf(request.Statement) is { } problem)
        {
            return problem;
        }

        var now = clock.GetUtcNow();
        if ((await executor.Load(Ban.Decider, request.VisitorId, cancellationToken)).ActiveAt(now) is not { } active)
        {
            return Refusal.NotFound("There is no ban that lasts.");
        }

        var statement = await Statements.Seal(sealer, active.Id, request.Statement, cancellationToken);
        var executed = await executor.Execute(
            Ban.Decider, request.VisitorId, new BanCommand.Review(statement, request.By, now, request.HandlesSevere), Guid.NewGuid(),
            EventMetadata.Staff(request.By), cancellationToken);
        return executed is Executed<BanEvent, BanState>.Refused { Reason: var reason } ? Refusals.From(reason) : default(Nothing);
    }
}
