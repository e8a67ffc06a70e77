using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Limits;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Asks for another look at a sanction, once.</summary>
/// <param name="Token">Of the link that came with the sanction; no session is needed.</param>
/// <param name="AddressKey">The caller's address as limits count it.</param>
public sealed record FileAppeal(string Token, string Statement, string AddressKey) : IRequest<Outcome<FiledAppeal>>;

public sealed record FiledAppeal(Guid AppealId);

public sealed class FileAppealHandler(CommandExecutor executor, ISealer sealer, IAppealLinks links, ILimits limits, TimeProvider clock)
    : IRequestHandler<FileAppeal, Outcome<FiledAppeal>>
{
    public async ValueTask<Outcome<FiledAppeal>> Handle(FileAppeal request, CancellationToken cancellationToken)
    {
        var limit = await limits.Take(LimitNames.Appeals, request.AddressKey, cancellationToken);
        if (!limit.Allowed)
        {
            return Refusal.RateLimited(limit.RetryAfter);
        }

        if (links.Read(request.Token) is not var (visitorId, sanctionId))
        {
            return Refusal.NotFound("This link belongs to no decision.");
        }

        if (Statements.ProblemOf(request.Statement) is { } problem)
        {
            return problem;
        }

        var appealId = Guid.NewGuid();
        var statement = await Statements.Seal(sealer, appealId, request.Statement, cancellationToken);
        var executed = await executor.Execute(
            Ban.Decider, visitorId, new BanCommand.FileAppeal(appealId, sanctionId, statement, clock.GetUtcNow()), appealId,
            EventMetadata.Visitor(visitorId), cancellationToken);
        return executed is Executed<BanEvent, BanState>.Refused { Reason: var reason } ? Refusals.From(reason) : new FiledAppeal(appealId);
    }
}
