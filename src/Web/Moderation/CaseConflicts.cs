using System.Globalization;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Web.Accounts;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Moderation;

/// <summary>
/// The answer <c>conflict</c> about a case says who was first: <c>claim</c> (<c>{ by, name, until }</c>) or <c>decision</c>
/// (<c>{ outcome, by, name, decidedAt }</c>), both by nobody where it is automated, or <c>viewer</c> (<c>{ by, name, viewedAt }</c>).
/// </summary>
internal static class CaseConflicts
{
    public static async Task<IResult> ToResult<T>(this Outcome<T> outcome, StaffAccounts accounts, Func<T, IResult> done) => outcome switch
    {
        Outcome<T>.Refused { Refusal: { Case: CaseStanding.Claimed claim } refusal } =>
            Claimed(refusal, claim, claim.By is { } by ? await accounts.NameOf(by) : null),
        Outcome<T>.Refused { Refusal: { Case: CaseStanding.Decided decision } refusal } =>
            Decided(refusal, decision, decision.By is { } by ? await accounts.NameOf(by) : null),
        Outcome<T>.Refused { Refusal: { Case: CaseStanding.Seen seen } refusal } => Seen(refusal, seen, await accounts.NameOf(seen.By)),
        _ => outcome.ToResult(done),
    };

    private static Problem Claimed(Refusal refusal, CaseStanding.Claimed claim, string? name) =>
        new(refusal with
        {
            Message = claim.By is null
                ? "This case is being decided automatically."
                : $"{name ?? "Somebody else"} works on this case until {Moment(claim.Until)}.",
        })
        {
            Extensions = { ["claim"] = new { claim.By, name, claim.Until } },
        };

    private static Problem Decided(Refusal refusal, CaseStanding.Decided decision, string? name)
    {
        var outcome = decision.Outcome.ToString().ToLowerInvariant();
        var who = decision.By is null ? "automatically" : $"by {name ?? "somebody who left"}";
        return new(refusal with { Message = $"{refusal.Message} The last decision: {outcome} {who}, {Moment(decision.At)}." })
        {
            Extensions = { ["decision"] = new { outcome, decision.By, name, DecidedAt = decision.At } },
        };
    }

    private static Problem Seen(Refusal refusal, CaseStanding.Seen seen, string? name) => new(refusal with
    {
        Message = $"{name ?? "Somebody who left"} looked into this severe case on {Moment(seen.At)}. Ask again with knowingly=true where a second one has to.",
    })
    {
        Extensions = { ["viewer"] = new { seen.By, name, ViewedAt = seen.At } },
    };

    private static string Moment(DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:d MMMM yyyy, HH:mm} UTC");
}
