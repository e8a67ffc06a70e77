using System.Globalization;
using RandomChat.Domain.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Who works on a case, as everybody who has it open sees it at the same time.</summary>
/// <param name="Version">That the page shows.</param>
/// <param name="Words">Who works on it, in a sentence.</param>
/// <param name="SecondsLeft">Of the claim, by the server's clock; null where there is none.</param>
/// <param name="Since">What came since the page was shown, in words.</param>
/// <param name="Mark">The same while there is nothing new to show.</param>
public sealed record CaseStandingView(
    Guid CaseId, int Version, string Words, bool IsMine, bool IsSomebodyElses, int? SecondsLeft, IReadOnlyList<string> Since, string Mark)
{
    /// <param name="by">Who looks.</param>
    internal static async Task<CaseStandingView> Of(
        Guid caseId, int version, Guid? claimedBy, DateTimeOffset? claimedUntil, IReadOnlyList<CaseEvent> since, Guid by, DateTimeOffset now, StaffNames names)
    {
        var mark = string.Create(CultureInfo.InvariantCulture, $"{claimedBy:N}-{claimedUntil?.UtcTicks}-{since.Count}");
        var changes = await CaseWords.Of(since, names);
        if (claimedUntil is not { } until)
        {
            return new(caseId, version, "Nobody works on it.", false, false, null, changes, mark);
        }

        var (isMine, moment) = (claimedBy == by, until.UtcDateTime.ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        return new(
            caseId, version,
            isMine ? $"Claimed by you until {moment}. Any action renews it."
                : $"{(claimedBy is { } other ? await names.Of(other) : "The system")} works on it until {moment}.",
            isMine, !isMine, Math.Max(0, (int)(until - now).TotalSeconds), changes, mark);
    }
}
