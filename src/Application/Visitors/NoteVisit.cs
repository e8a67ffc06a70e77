using Mediator;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;

namespace RandomChat.Application.Visitors;

/// <summary>A visitor is here: the time until their key is destroyed counts from now.</summary>
public sealed record NoteVisit(Guid VisitorId) : IRequest<Nothing>;

public sealed class NoteVisitHandler(
    ISealer sealer, VisitorProfiles profiles, IOptions<RetentionOptions> retention, TimeProvider clock, ILogger<NoteVisitHandler> log)
    : IRequestHandler<NoteVisit, Nothing>
{
    public async ValueTask<Nothing> Handle(NoteVisit request, CancellationToken cancellationToken)
    {
        if (await profiles.IsErased(request.VisitorId, cancellationToken))
        {
            // A tab that is still open when its visitor is forgotten makes no new key for them.
            return default;
        }

        try
        {
            // Of a visitor with an account it lasts until they have it erased.
            var keepUntil = await profiles.HasAccount(request.VisitorId, cancellationToken) ? KeyLife.NoEnd : clock.GetUtcNow() + retention.Value.Visitors;
            await sealer.EnsureVisitorKey(request.VisitorId, keepUntil, cancellationToken);
        }
        catch (DependencyUnavailableException e)
        {
            // The next visit tries again; until then the key ends as promised the last time.
            LogMessages.VisitNotNoted(log, e);
        }

        return default;
    }
}
