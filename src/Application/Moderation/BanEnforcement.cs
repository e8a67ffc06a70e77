using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Makes a recorded ban take effect: out of queue and match, told, and disconnected. Doing it again does no harm.</summary>
public sealed class BanEnforcement(BanGate gate, Matchmaker matchmaker, Departures departures, IExpulsions expulsions, TimeProvider clock)
{
    /// <summary>An address may be a household or a school: it is remembered for a day at most.</summary>
    public static readonly TimeSpan AddressKept = TimeSpan.FromDays(1);

    /// <param name="deviceId">The browser that the visitor is here with; null where it is not known: then only their own ban counts.</param>
    /// <exception cref="DependencyUnavailableException">The ban could not be read; nothing was done.</exception>
    public async Task Enforce(Guid visitorId, Guid? deviceId, CancellationToken ct)
    {
        if (await gate.Find(visitorId, deviceId, ct) is not { } ban)
        {
            return;
        }

        // The match first: one of this node's needs nobody else.
        if (await matchmaker.MatchOf(visitorId, ct) is { } matchId)
        {
            await departures.Leave(visitorId, matchId, MatchEndReason.Banned);
        }

        try
        {
            await matchmaker.Leave(visitorId, CancellationToken.None);
        }
        catch (DependencyUnavailableException)
        {
            // The lobby is away: whoever is still in it is looked at again before a match of theirs is recorded.
        }

        var notice = await gate.Notice(ban, ct);
        var forADay = clock.GetUtcNow() + AddressKept;
        expulsions.Expel(new(
            visitorId, ban.Sanction.Id, new(notice.Reason!, notice.Until, notice.Statement!, notice.AppealUrl!),
            ban.Sanction.Until is { } until && until < forADay ? until : forADay,
            Policies.Find(ban.Sanction.Policy)?.Severity == PolicySeverity.Severe));
    }
}
