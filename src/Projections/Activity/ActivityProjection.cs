using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Activity;

/// <summary>Counts sessions, waits, matches, calls and reports by the hour. Messages are counted when their match ends, since they expire.</summary>
public sealed class ActivityProjection : Projection<ActivityDb>
{
    // Fine where most pictures come, coarse after that: near enough for a median.
    private static readonly int[] FirstFrameSteps =
        [100, 200, 300, 400, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500, 10_000, 20_000, 60_000, 600_000];

    public ActivityProjection()
        : base(options => new ActivityDb(options))
    {
        On<VisitorEvent.SessionStarted>((db, e, _) => At(db, e.At).Sessions++);
        On<VisitorEvent.Blocked>((db, e, _) => At(db, e.At).Blocks++);
        On<VisitorEvent.TicketEnded>((db, e, _) => At(db, e.At).WaitsInVain++);
        On<MatchEvent.Started>((db, e, _) => Started(At(db, e.At), e));
        On<MatchEvent.CallEnded>(CallEnded);
        On<MatchEvent.Ended>((db, e, _) => Ended(At(db, e.At), e));
        On<CaseEvent.Reported>((db, e, _) => At(db, e.At).Reports++);
    }

    public override string Name => "activity";

    public override int Version => 2;

    private static void Started(ActivityHour hour, MatchEvent.Started match)
    {
        if (match.Mode == ChatMode.Video)
        {
            hour.VideoMatches++;
        }
        else
        {
            hour.TextMatches++;
        }

        hour.Waits += 2;
        hour.WaitMilliseconds += match.First.WaitedMilliseconds + match.Second.WaitedMilliseconds;
    }

    private static void CallEnded(ActivityDb db, MatchEvent.CallEnded call, ProjectedEvent _)
    {
        var hour = At(db, call.At);
        CallReport[] sides = [.. new[] { call.FirstCall, call.SecondCall }.OfType<CallReport>()];
        switch (OutcomeOf(sides))
        {
            case CallPath.Direct:
                hour.CallsDirect++;
                break;
            case CallPath.Relay:
                hour.CallsRelayed++;
                break;
            case CallPath.Failed:
                hour.CallsFailed++;
                break;
            case CallPath.Dropped:
                hour.CallsDropped++;
                break;
        }

        foreach (var milliseconds in sides.Select(side => side.FirstFrameMilliseconds).OfType<int>())
        {
            hour.FirstFrames++;
            hour.FirstFrameMilliseconds += milliseconds;
            FirstFramesAt(db, hour.Hour, FirstFrameSteps.First(step => milliseconds <= step || step == FirstFrameSteps[^1])).Count++;
        }
    }

    /// <summary>Lost for one is lost for both; one who saw the other had a call.</summary>
    private static CallPath OutcomeOf(IReadOnlyList<CallReport> sides)
    {
        CallPath[] inThisOrder = [CallPath.Dropped, CallPath.Relay, CallPath.Direct, CallPath.Failed];
        return inThisOrder.First(path => sides.Any(side => side.Path == path));
    }

    private static void Ended(ActivityHour hour, MatchEvent.Ended match)
    {
        hour.MatchesEnded++;
        hour.Messages += match.MessagesFromFirst + match.MessagesFromSecond;
        hour.MatchMilliseconds += match.DurationMilliseconds;
        hour.Skips += match.Reason == MatchEndReason.Skipped ? 1 : 0;
        hour.Disconnects += match.Reason == MatchEndReason.Disconnected ? 1 : 0;
    }

    private static ActivityHour At(ActivityDb db, DateTimeOffset at)
    {
        var hour = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        if (db.Hours.Find(hour) is not { } row)
        {
            db.Hours.Add(row = new() { Hour = hour });
        }

        return row;
    }

    private static FirstFrames FirstFramesAt(ActivityDb db, DateTimeOffset hour, int upTo)
    {
        if (db.FirstFrames.Find(hour, upTo) is not { } row)
        {
            db.FirstFrames.Add(row = new() { Hour = hour, UpToMilliseconds = upTo });
        }

        return row;
    }
}
