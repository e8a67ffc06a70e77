using RandomChat.Domain;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>What others of the staff did with a case, so that whoever comes second knows.</summary>
public abstract record CaseStanding
{
    private CaseStanding()
    {
    }

    /// <summary>Somebody else works on it until then.</summary>
    /// <param name="By">Null where it is being decided automatically.</param>
    public sealed record Claimed(Guid? By, DateTimeOffset Until) : CaseStanding;

    /// <summary>The last decision in it.</summary>
    /// <param name="By">Null where it was automated.</param>
    public sealed record Decided(CaseOutcome Outcome, Guid? By, DateTimeOffset At) : CaseStanding;

    /// <summary>The one who looked into this severe case last.</summary>
    public sealed record Seen(Guid By, DateTimeOffset At) : CaseStanding;

    /// <summary>What came since whoever decides looked.</summary>
    /// <param name="Since">Oldest first.</param>
    public sealed record Changed(IReadOnlyList<CaseEvent> Since) : CaseStanding;

    /// <summary>A rule's refusal, with how the case stood.</summary>
    /// <param name="version">That whoever decides saw; null where they did not say.</param>
    internal static Refusal Refuse(Rejection reason, CaseState state, int? version = null) => Refusals.From(reason) with
    {
        Case = reason.Code switch
        {
            "case.changed" when version is { } seen => new Changed(state.ChangedSince(seen)),
            "case.claimed" when state.Claim is { } claim => new Claimed(claim.By, claim.Until),
            "case.not-open" when state.LastDecision is { } last => new Decided(last.Outcome, last.By, last.At),
            "case.seen" when state.LastViewed is var (by, at) => new Seen(by, at),
            _ => null,
        },
    };
}
