using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Shows a visitor who is here the warnings that they have not seen yet.</summary>
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
        foreach (var warning in known.UntoldWarnings)
        {
            var policy = Policies.Find(warning.Policy)!;
            connections.Push(request.VisitorId, new Notice(
                "warned", $"A warning: {policy.Title}. {policy.Meaning} Why, and how to appeal: {links.UrlFor(request.VisitorId, warning.Id)}", "warning"));
        }

        await executor.Execute(
            Ban.Decider, request.VisitorId, new BanCommand.Tell(clock.GetUtcNow()), Guid.NewGuid(), EventMetadata.System, cancellationToken);
        return default;
    }
}
