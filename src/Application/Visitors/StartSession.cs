using Mediator;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Screening;
using RandomChat.Application.Sealing;
using RandomChat.Application.Settings;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Visitors;

/// <summary>Passes the gate: an adult who accepts the terms becomes a visitor, or stays the one they were.</summary>
/// <param name="VisitorId">Who the browser was before; null for a new visitor.</param>
/// <param name="DeviceId">The browser.</param>
/// <param name="DisplayName">Trimmed, up to 24 characters; null where none is given.</param>
public sealed record StartSession(Guid? VisitorId, Guid DeviceId, int BirthYear, bool AcceptTerms, string? DisplayName)
    : IRequest<Outcome<StartedSession>>;

public sealed record StartedSession(Guid VisitorId);

public sealed class StartSessionHandler(
    CommandExecutor executor, ISealer sealer, VisitorProfiles profiles, ProfileScreening screening, IOptions<RetentionOptions> retention, TimeProvider clock)
    : IRequestHandler<StartSession, Outcome<StartedSession>>
{
    public async ValueTask<Outcome<StartedSession>> Handle(StartSession request, CancellationToken cancellationToken)
    {
        // Before any key is made: nothing is kept about who is refused.
        if (!AgePolicy.MayEnter(request.BirthYear, clock.GetUtcNow().Year))
        {
            return VisitorRefusals.AgeRestricted;
        }

        if (!request.AcceptTerms)
        {
            return VisitorRefusals.TermsRequired;
        }

        if (request.DisplayName is { } name && screening.Refuse("displayName", name) is { } refusal)
        {
            return refusal;
        }

        if (request.VisitorId is { } known && !await profiles.IsErased(known, cancellationToken))
        {
            try
            {
                return await Start(known, request, cancellationToken);
            }
            catch (KeyDestroyedException)
            {
                // That visitor was forgotten; this is somebody new.
            }
        }

        return await Start(Guid.NewGuid(), request, cancellationToken);
    }

    private async Task<Outcome<StartedSession>> Start(Guid visitorId, StartSession request, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await sealer.EnsureVisitorKey(visitorId, now + retention.Value.Visitors, ct);
        var profile = new VisitorProfile(request.BirthYear, request.DisplayName, Terms.Version);
        var sealedProfile = await sealer.SealForVisitor(visitorId, profile.ToJson(), ct);
        var command = new VisitorCommand.StartSession(
            visitorId, request.DeviceId, request.BirthYear, now.Year, request.AcceptTerms, Terms.Version, sealedProfile, now)
        {
            KeepPreferences = (await executor.Load(Account.Decider, visitorId, ct)).IsOpen,
        };

        switch (await executor.Execute(Visitor.Decider, visitorId, command, Guid.NewGuid(), EventMetadata.Visitor(visitorId), ct))
        {
            case Executed<VisitorEvent, VisitorState>.Refused { Reason.Code: "visitor.erased" }:
                throw new KeyDestroyedException(visitorId.ToString("N"));
            case Executed<VisitorEvent, VisitorState>.Refused { Reason: var reason }:
                return Refusals.From(reason);
            default:
                profiles.Look(visitorId);
                return new StartedSession(visitorId);
        }
    }
}

/// <summary>Refusals at the gate.</summary>
public static class VisitorRefusals
{
    public static Refusal AgeRestricted { get; } =
        new("age-restricted", $"RandomChat is for people who turn {AgePolicy.MinimumAge} or more this year.");

    public static Refusal TermsRequired { get; } =
        new("terms-required", "Please read and accept the Terms and the Community Guidelines first.");

    public static Refusal NoSession { get; } =
        new("no-session", "Your session ended. Start again; it takes a moment.");
}
