using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Screening;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Visitors;

/// <summary>Remembers what a visitor asks partners for, sealed: as long as the visitor's key lasts.</summary>
public sealed record ChangePreferences(Guid VisitorId, VisitorPreferences Preferences) : IRequest<Outcome<VisitorPreferences>>;

public sealed class ChangePreferencesHandler(CommandExecutor executor, ISealer sealer, ProfileScreening screening, TimeProvider clock)
    : IRequestHandler<ChangePreferences, Outcome<VisitorPreferences>>
{
    public async ValueTask<Outcome<VisitorPreferences>> Handle(ChangePreferences request, CancellationToken cancellationToken)
    {
        if (screening.Refuse("interests", [.. request.Preferences.Interests]) is { } refusal)
        {
            return refusal;
        }

        var now = clock.GetUtcNow();
        string sealedPreferences;
        try
        {
            sealedPreferences = await sealer.SealForVisitor(request.VisitorId, request.Preferences.ToJson(), cancellationToken);
        }
        catch (KeyDestroyedException)
        {
            return VisitorRefusals.NoSession;
        }

        var executed = await executor.Execute(
            Visitor.Decider,
            request.VisitorId,
            new VisitorCommand.ChangePreferences(request.VisitorId, sealedPreferences, now),
            Guid.NewGuid(),
            EventMetadata.Visitor(request.VisitorId),
            cancellationToken);
        return executed is Executed<VisitorEvent, VisitorState>.Refused { Reason: var reason }
            ? Refusals.From(reason)
            : request.Preferences;
    }
}
