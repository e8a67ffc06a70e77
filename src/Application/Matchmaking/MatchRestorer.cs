using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;
using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matchmaking;

/// <summary>Brings back matches whose owner stopped: this node's own at its start, and those of other nodes when they die.</summary>
public sealed class MatchRestorer(
    IPairingIndex index, LiveMatches matches, Conversation conversation, IVisitorConnections connections, IMatchRegistry registry,
    CommandExecutor executor, ISealer sealer, IPublicProfiles profiles, ILogger<MatchRestorer> log)
{
    private const int AtOnce = 16;

    private readonly ConcurrentDictionary<Guid, Task<bool>> running = [];

    /// <summary>Takes over every open match that no living node owns; to be awaited at start.</summary>
    public async Task Restore(CancellationToken ct)
    {
        await index.CatchUp(ct);
        LogMessages.MatchesRestored(log, await TakeOverOrphans(ct));
    }

    /// <summary>Takes over every open match that no living node owns; says how many.</summary>
    public async Task<int> TakeOverOrphans(CancellationToken ct)
    {
        var taken = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct };
        await Parallel.ForEachAsync(await index.OpenMatches(ct), options, async (matchId, token) =>
        {
            if (await TakeOver(matchId, token))
            {
                Interlocked.Increment(ref taken);
            }
        });
        return taken;
    }

    /// <summary>Makes this node the owner of a match whose owner is dead; false where that came to nothing.</summary>
    /// <exception cref="DependencyUnavailableException">The log or the registry does not answer.</exception>
    public async Task<bool> TakeOver(Guid matchId, CancellationToken ct)
    {
        if (matches.IsLive(matchId))
        {
            return false;
        }

        var mine = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = running.GetOrAdd(matchId, mine.Task);
        if (first != mine.Task)
        {
            return await first.WaitAsync(ct);
        }

        try
        {
            var taken = await Take(matchId, ct);
            mine.SetResult(taken);
            return taken;
        }
        catch (Exception e)
        {
            mine.SetException(e);
            throw;
        }
        finally
        {
            running.TryRemove(matchId, out _);
            _ = mine.Task.Exception;
        }
    }

    /// <summary>The request that a stored ticket was made with; without interests where the visitor has been forgotten.</summary>
    public async Task<MatchRequest> RequestOf(TicketRecord ticket, CancellationToken ct)
    {
        var wishes = ticket.Wishes is { } text && await sealer.OpenForVisitor(ticket.VisitorId, text, ct) is { } json
            ? TicketWishes.Parse(json)
            : null;
        return new(ticket.Mode, wishes?.Language ?? ticket.Language, wishes?.Interests ?? [], ticket.AcceptAny);
    }

    private async Task<bool> Take(Guid matchId, CancellationToken ct)
    {
        LiveMatch match;
        try
        {
            var state = await executor.Load(Domain.Matches.Match.Decider, matchId, ct);
            if (state is not MatchState.Live { Start: var start })
            {
                if (state.Beginning is { } over)
                {
                    await registry.Clear(over);
                }

                return false;
            }

            if (!await registry.Claim(start, ct))
            {
                return false;
            }

            match = new(start, await Seat(start.First, ct), await Seat(start.Second, ct));
        }
        catch (Exception e) when (e is UnreadableEventException or JsonException)
        {
            LogMessages.MatchNotRestored(log, matchId, e);
            return false;
        }

        await connections.Follow(match.First.VisitorId, matchId, ct);
        await connections.Follow(match.Second.VisitorId, matchId, ct);
        matches.Restore(match);
        await Fence(match, ct);
        return true;
    }

    /// <summary>From here on a former owner that was only taken for dead cannot append any more.</summary>
    private async Task Fence(LiveMatch match, CancellationToken ct)
    {
        await match.Sending.WaitAsync(ct);
        try
        {
            await conversation.Load(match, ct);
        }
        catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
        {
            // The first message does it.
        }
        catch (MatchMovedException)
        {
            matches.Abandon(match);
        }
        finally
        {
            match.Sending.Release();
        }
    }

    private async Task<Participant> Seat(TicketRecord ticket, CancellationToken ct) =>
        new(ticket.VisitorId, ticket.DeviceId, await Wanted(ticket, ct), await ProfileOf(ticket.VisitorId, ct)) { ShowsVideo = null };

    /// <summary>A match is worth more than what its people asked for when they found it.</summary>
    private async Task<MatchRequest> Wanted(TicketRecord ticket, CancellationToken ct)
    {
        try
        {
            return await RequestOf(ticket, ct);
        }
        catch (DependencyUnavailableException)
        {
            return new(ticket.Mode, ticket.Language, [], ticket.AcceptAny);
        }
    }

    private async Task<PublicProfile> ProfileOf(Guid visitorId, CancellationToken ct)
    {
        try
        {
            return await profiles.Find(visitorId, ct);
        }
        catch (DependencyUnavailableException)
        {
            return PublicProfile.None;
        }
    }
}
