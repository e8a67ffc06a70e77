using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matches;

/// <summary>Matches that a visitor takes or took part in, read from the log.</summary>
public sealed class OwnMatches(CommandExecutor executor, TimeProvider clock, IOptions<MatchOptions> options)
{
    /// <summary>The visitor's own match, live or over; null where there is none such or the visitor has no part in it.</summary>
    public async Task<OwnMatch?> Find(Guid visitorId, Guid matchId, CancellationToken ct)
    {
        var state = await executor.Load(Domain.Matches.Match.Decider, matchId, ct);
        return state.TicketOf(visitorId) is { } mine && state.PartnerOf(visitorId) is { } partner
            ? new(matchId, mine, partner, (state as MatchState.Over)?.End.At)
            : null;
    }

    /// <summary>Whether a match can still be reported or its partner blocked.</summary>
    public bool IsOpenToReports(OwnMatch match) =>
        match.EndedAt is not { } endedAt || clock.GetUtcNow() - endedAt <= options.Value.MessageRetention;
}

/// <param name="EndedAt">Null while it goes on.</param>
public sealed record OwnMatch(Guid MatchId, TicketRecord Mine, TicketRecord Partner, DateTimeOffset? EndedAt);
