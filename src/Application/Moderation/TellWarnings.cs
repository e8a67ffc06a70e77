using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Shows a visitor who is connected the warnings that they have not seen yet. To be sent only where they are.</summary>
public sealed record TellWarnings(Guid VisitorId) : IRequest<Nothing>;

public sealed class TellWarningsHandler(
    IBanIndex index, CommandExecutor executor, IVisitorConnections connections, IAppealLinks links, TimeProvider clock) : IRequestHandler<TellWarnings, Nothing>
{
    public async ValueTask<Nothing> Handle(TellWarnings request, CancellationToken cancellationToken)
    {
        if (!index.HasUntoldWarning(request.VisitorId))
        {
            return default;
        }

        var known = await executor.Load(Ban.Decider, request.VisitorId, cancellationToken);
        Guid[] untold = [.. known.UntoldWarnings.Select(warning => warning.Id)];
        var executed = await executor.Execute(
            Ban.Decider, request.VisitorId, new BanCommand.Tell(untold, clock.GetUtcNow()), Guid.NewGuid(), EventMetadata.System, cancellationToken);
        if (executed is not Executed<BanEvent, BanState>.Done { State: var state, Events: var events })
        {
            return default;
        }

        // Only what was recorded just now: another node may be doing the same.
        foreach (var told in events.OfType<BanEvent.Told>())
        {
            var policy = Policies.Find(state.Find(told.SanctionId)!.Policy)!;
            connections.Push(request.VisitorId, new Notice(
                "warned", $"A warning: {policy.Title}. {policy.Meaning}", "warning", links.UrlFor(request.VisitorId, told.SanctionId)));
        }

        return default;
    }
}
