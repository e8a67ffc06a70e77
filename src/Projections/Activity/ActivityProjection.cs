using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Activity;

/// <summary>Counts sessions, waits, matches and reports by the hour. Messages are counted when their match ends, since they expire.</summary>
public sealed class ActivityProjection : Projection<ActivityDb>
{
    public ActivityProjection()
        : base(options => new ActivityDb(options))
    {
        On<VisitorEvent.SessionStarted>((db, e, _) => At(db, e.At).Sessions++);
        On<VisitorEvent.Blocked>((db, e, _) => At(db, e.At).Blocks++);
        On<VisitorEvent.TicketEnded>((db, e, _) => At(db, e.At).WaitsInVain++);
        On<MatchEvent.Started>((db, e, _) => Started(At(db, e.At), e));
        On<MatchEvent.Ended>((db, e, _) => Ended(At(db, e.At), e));
        On<CaseEvent.Reported>((db, e, _) => At(db, e.At).Reports++);
    }

    public override string Name => "activity";

    public override int Version => 1;

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
}
