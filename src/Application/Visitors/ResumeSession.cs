using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Visitors;

/// <summary>A visitor who signed in to their account goes on with it in this browser: the same one, with the same preferences.</summary>
public sealed record ResumeSession(Guid VisitorId, Guid DeviceId) : IRequest<Outcome<ResumedSession>>;

/// <param name="TermsVersion">The terms that the visitor accepted last; where they are not today's the gate comes first.</param>
public sealed record ResumedSession(string TermsVersion);

public sealed class ResumeSessionHandler(CommandExecutor executor, ISealer sealer, TimeProvider clock)
    : IRequestHandler<ResumeSession, Outcome<ResumedSession>>
{
    public async ValueTask<Outcome<ResumedSession>> Handle(ResumeSession request, CancellationToken cancellationToken)
    {
        var (visitorId, deviceId) = request;
        var executed = await executor.Execute(
            Visitor.Decider, visitorId, new VisitorCommand.ResumeSession(visitorId, deviceId, clock.GetUtcNow()),
            Guid.NewGuid(), EventMetadata.Visitor(visitorId), cancellationToken);
        return executed switch
        {
            Executed<VisitorEvent, VisitorState>.Refused { Reason: var reason } => Refusals.From(reason),
            Executed<VisitorEvent, VisitorState>.Done { State.Profile: { } text }
                when await sealer.OpenForVisitor(visitorId, text, cancellationToken) is { } json
                && VisitorProfile.Parse(json) is { } profile => new ResumedSession(profile.TermsVersion),
            _ => VisitorRefusals.NoSession,
        };
    }
}
