using System.Text;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Visitors;

/// <summary>Every event, outside the streams that expire, under each visitor, chat, case, or member of the staff, whom it touches.</summary>
public sealed class VisitorHistoryProjection : Projection<VisitorHistoryDb>
{
    public VisitorHistoryProjection()
        : base(options => new VisitorHistoryDb(options))
    {
        Touching<VisitorEvent.SessionStarted>(e => [e.VisitorId]);
        Touching<VisitorEvent.SessionResumed>(e => [e.VisitorId]);
        Touching<AccountEvent.Registered>(e => [e.VisitorId]);
        Touching<AccountEvent.PasswordChanged>(e => [e.VisitorId]);
        Touching<AccountEvent.SessionsEnded>(e => [e.VisitorId]);
        Touching<AccountEvent.PasskeyAdded>(e => [e.VisitorId]);
        Touching<AccountEvent.PasskeyRemoved>(e => [e.VisitorId]);
        Touching<AccountEvent.BadgeGranted>(e => [e.VisitorId]);
        Touching<AccountEvent.BadgeRevoked>(e => [e.VisitorId]);
        Touching<AccountEvent.Closed>(e => [e.VisitorId]);
        Touching<VisitorEvent.PreferencesChanged>(e => [e.VisitorId]);
        Touching<VisitorEvent.Blocked>(e => [e.VisitorId, e.BlockedVisitorId]);
        Touching<VisitorEvent.TicketEnded>(e => [e.VisitorId]);
        Touching<VisitorEvent.Erased>(e => [e.VisitorId]);
        Touching<MatchEvent.Started>(e => [e.First.VisitorId, e.Second.VisitorId]);
        Touching<MatchEvent.MessageScreened>(e => [e.From]);
        Touching<MatchEvent.CallEnded>(e => [e.First, e.Second]);
        Touching<MatchEvent.Ended>(e => [e.First, e.Second]);
        Touching<CaseEvent.Reported>(e => [e.VisitorId, e.ReporterId]);
        Touching<CaseEvent.Flagged>(e => [e.VisitorId]);
        Touching<CaseEvent.Claimed>(e => [e.VisitorId]);
        Touching<CaseEvent.Reserved>(e => [e.VisitorId]);
        Touching<CaseEvent.Viewed>(e => [e.VisitorId]);
        Touching<CaseEvent.Decided>(e => [e.VisitorId]);
        Touching<CaseEvent.Escalated>(e => [e.VisitorId]);
        Touching<CaseEvent.Held>(e => [e.VisitorId]);
        Touching<CaseEvent.Released>(e => [e.VisitorId]);
        Touching<CaseEvent.FoundSevere>(e => [e.VisitorId]);
        Touching<CaseEvent.Unrestricted>(e => [e.VisitorId]);
        Touching<CaseEvent.Exported>(e => [e.VisitorId]);
        Touching<CaseEvent.Noted>(e => [e.VisitorId]);
        Touching<CaseEvent.Referred>(e => [e.VisitorId]);
        Touching<CaseEvent.Undone>(e => [e.VisitorId]);
        Touching<BanEvent.Told>(e => [e.VisitorId]);
        Touching<BanEvent.Warned>(e => [e.VisitorId]);
        Touching<BanEvent.Issued>(e => [e.VisitorId]);
        Touching<BanEvent.DeviceMarked>(e => [e.VisitorId]);
        Touching<BanEvent.Reviewed>(e => [e.VisitorId]);
        Touching<BanEvent.Lifted>(e => [e.VisitorId]);
        Touching<BanEvent.AppealFiled>(e => [e.VisitorId]);
        Touching<BanEvent.AppealDecided>(e => [e.VisitorId]);
        Touching<StaffEvent.Invited>(e => [e.StaffId]);
        Touching<StaffEvent.InvitationRevoked>(e => [e.StaffId]);
        Touching<StaffEvent.Joined>(e => [e.StaffId]);
        Touching<StaffEvent.RoleChanged>(e => [e.StaffId]);
        Touching<StaffEvent.SevereGranted>(e => [e.StaffId]);
        Touching<StaffEvent.SevereRevoked>(e => [e.StaffId]);
        Touching<StaffEvent.Suspended>(e => [e.StaffId]);
        Touching<StaffEvent.Reinstated>(e => [e.StaffId]);
        Touching<StaffEvent.Removed>(e => [e.StaffId]);
        Touching<StaffEvent.SecondFactorRemoved>(e => [e.StaffId]);
        Touching<StaffEvent.PasskeyAdded>(e => [e.StaffId]);
        Touching<StaffEvent.PasskeyRemoved>(e => [e.StaffId]);
        Touching<StaffEvent.SessionRevoked>(e => [e.StaffId]);
        Touching<StaffEvent.PasswordChanged>(e => [e.StaffId]);
        Touching<LookEvent.HistoryViewed>(e => [e.SubjectId]);
        Touching<LookEvent.LogSearched>(e => [.. VisitorOf(e.Actor).Concat(e.Subjects ?? []).Distinct()]);
        Touching<LookEvent.AuditExported>(_ => []);
        Touching<TransparencyEvent.Published>(_ => []);
        Touching<LogEvent.Moved>(_ => []);
    }

    public override string Name => "visitor_history";

    public override int Version => 18;

    private void Touching<TEvent>(Func<TEvent, IReadOnlyList<Guid>> subjects)
        where TEvent : class =>
        On<TEvent>((db, e, happened) => Note(db, e, happened, subjects(e)));

    private static void Note(VisitorHistoryDb db, object e, ProjectedEvent happened, IReadOnlyList<Guid> touched)
    {
        var (recorded, metadata) = (happened.Recorded, happened.Metadata);
        db.Insert(new HistoryEvent(
            recorded.Position.Value, recorded.Stream.Value, recorded.Revision, recorded.Type, recorded.At, metadata.Actor,
            Encoding.UTF8.GetString(recorded.Data.Span), recorded.Id, metadata.CorrelationId, metadata.CausationId));

        // The stream's own id too, so that a chat or a case is found by its id like a visitor; looks are found by what was looked at.
        foreach (var id in e is LookEvent ? touched : touched.Concat(IdOf(recorded.Stream)).Distinct())
        {
            db.Insert(new TouchedVisitor(id, recorded.Position.Value));
        }

        if (StaffActs.Of(metadata.Actor, e) is { } by)
        {
            db.Insert(new StaffAct(recorded.Position.Value, by, StaffActs.KindOf(e), recorded.At));
        }
    }

    /// <summary>Of whose doings alone somebody asked; nobody where it was no visitor's.</summary>
    private static IEnumerable<Guid> VisitorOf(string? actor) => actor?.Split(':') is ["visitor", var id] && Guid.TryParse(id, out var visitorId) ? [visitorId] : [];

    private static IEnumerable<Guid> IdOf(StreamName stream) => Guid.TryParse(stream.Id, out var id) ? [id] : [];
}
