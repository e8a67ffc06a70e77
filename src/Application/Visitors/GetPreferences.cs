using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Visitors;

/// <summary>What the visitor asked partners for in this session; <see cref="VisitorPreferences.None"/> where nothing was saved.</summary>
public sealed record GetPreferences(Guid VisitorId) : IRequest<VisitorPreferences>;

public sealed class GetPreferencesHandler(CommandExecutor executor, ISealer sealer) : IRequestHandler<GetPreferences, VisitorPreferences>
{
    public async ValueTask<VisitorPreferences> Handle(GetPreferences request, CancellationToken cancellationToken)
    {
        var state = await executor.Load(Visitor.Decider, request.VisitorId, cancellationToken);
        return state.Preferences is { } text
            && await sealer.OpenForVisitor(request.VisitorId, text, cancellationToken) is { } json
            ? VisitorPreferences.Parse(json) ?? VisitorPreferences.None
            : VisitorPreferences.None;
    }
}
