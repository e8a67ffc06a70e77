using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Events;

/// <summary>Stored names of events on <c>visitor-{id}</c>.</summary>
public static class VisitorEventTypes
{
    public static EventTypeMap Map { get; } = new EventTypeMap()
        .Add<VisitorEvent.SessionStarted>("visitors.session.started.v1")
        .Add<VisitorEvent.SessionResumed>("visitors.session.resumed.v1")
        .Add<VisitorEvent.PreferencesChanged>("visitors.preferences.changed.v1")
        .Add<VisitorEvent.Blocked>("visitors.visitor.blocked.v1")
        .Add<VisitorEvent.Erased>("visitors.visitor.erased.v1")
        .Add<VisitorEvent.TicketEnded>("matchmaking.ticket.ended.v1");
}

/// <summary>Stored names of events on <c>account-{id}</c>.</summary>
public static class AccountEventTypes
{
    public static EventTypeMap Map { get; } = new EventTypeMap()
        .Add<AccountEvent.Registered>("accounts.account.registered.v1")
        .Add<AccountEvent.PasswordChanged>("accounts.password.changed.v1")
        .Add<AccountEvent.SessionsEnded>("accounts.sessions.ended.v1")
        .Add<AccountEvent.PasskeyAdded>("accounts.passkey.added.v1")
        .Add<AccountEvent.PasskeyRemoved>("accounts.passkey.removed.v1")
        .Add<AccountEvent.BadgeGranted>("accounts.badge.granted.v1")
        .Add<AccountEvent.BadgeRevoked>("accounts.badge.revoked.v1")
        .Add<AccountEvent.Closed>("accounts.account.closed.v1");
}

/// <summary>Stored names of events on <c>match-{id}</c> and <c>messages-{matchId}</c>.</summary>
public static class MatchEventTypes
{
    public static EventTypeMap Map { get; } = new EventTypeMap()
        .Add<MatchEvent.Started>("matches.match.started.v1")
        .Add<MatchEvent.MessageScreened>("matches.message.screened.v1")
        .Add<MatchEvent.CallEnded>("matches.call.ended.v1")
        .Add<MatchEvent.Ended>("matches.match.ended.v1")
        .Add<MessageEvent.Sent>("matches.message.sent.v1")
        .Add<MessageEvent.OwnerChanged>("matches.owner.changed.v1");
}

/// <summary>Stored names of events on <c>case-{id}</c> and <c>ban-{visitorId}</c>.</summary>
public static class ModerationEventTypes
{
    public static EventTypeMap Map { get; } = new EventTypeMap()
        .Add<CaseEvent.Reported>("moderation.case.reported.v1")
        .Add<CaseEvent.Flagged>("moderation.case.flagged.v1")
        .Add<CaseEvent.Claimed>("moderation.case.claimed.v1")
        .Add<CaseEvent.Reserved>("moderation.case.reserved.v1")
        .Add<CaseEvent.Viewed>("moderation.evidence.viewed.v1")
        .Add<CaseEvent.Escalated>("moderation.case.escalated.v1")
        .Add<CaseEvent.Decided>("moderation.case.decided.v1")
        .Add<CaseEvent.Held>("moderation.case.held.v1")
        .Add<CaseEvent.Released>("moderation.case.released.v1")
        .Add<CaseEvent.FoundSevere>("moderation.case.restricted.v1")
        .Add<CaseEvent.Unrestricted>("moderation.case.unrestricted.v1")
        .Add<CaseEvent.Exported>("moderation.case.exported.v1")
        .Add<CaseEvent.Noted>("moderation.case.noted.v1")
        .Add<CaseEvent.Referred>("moderation.case.referred.v1")
        .Add<CaseEvent.Undone>("moderation.case.reopened.v1")
        .Add<BanEvent.Warned>("moderation.warning.issued.v1")
        .Add<BanEvent.Told>("moderation.warning.delivered.v1")
        .Add<BanEvent.Issued>("moderation.ban.issued.v1")
        .Add<BanEvent.DeviceMarked>("moderation.device.marked.v1")
        .Add<BanEvent.Reviewed>("moderation.ban.reviewed.v1")
        .Add<BanEvent.Lifted>("moderation.ban.lifted.v1")
        .Add<BanEvent.AppealFiled>("moderation.appeal.filed.v1")
        .Add<BanEvent.AppealDecided>("moderation.appeal.decided.v1");
}

/// <summary>Stored names of events on <c>staff-{id}</c>.</summary>
public static class StaffEventTypes
{
    public static EventTypeMap Map { get; } = new EventTypeMap()
        .Add<StaffEvent.Invited>("accounts.staff.invited.v1")
        .Add<StaffEvent.InvitationRevoked>("accounts.invitation.revoked.v1")
        .Add<StaffEvent.Joined>("accounts.staff.joined.v1")
        .Add<StaffEvent.RoleChanged>("accounts.role.changed.v1")
        .Add<StaffEvent.SevereGranted>("accounts.severe.granted.v1")
        .Add<StaffEvent.SevereRevoked>("accounts.severe.revoked.v1")
        .Add<StaffEvent.Suspended>("accounts.staff.suspended.v1")
        .Add<StaffEvent.Reinstated>("accounts.staff.reinstated.v1")
        .Add<StaffEvent.Removed>("accounts.staff.removed.v1")
        .Add<StaffEvent.SecondFactorRemoved>("accounts.factor.removed.v1")
        .Add<StaffEvent.PasskeyAdded>("accounts.passkey.enrolled.v1")
        .Add<StaffEvent.PasskeyRemoved>("accounts.passkey.revoked.v1")
        .Add<StaffEvent.SessionRevoked>("accounts.session.revoked.v1")
        .Add<StaffEvent.PasswordChanged>("accounts.staffpassword.changed.v1");
}

/// <summary>Stored names of events on <c>look-{id}</c>.</summary>
public static class LookEventTypes
{
    public static EventTypeMap Map { get; } = new EventTypeMap()
        .Add<LookEvent.HistoryViewed>("moderation.history.viewed.v1")
        .Add<LookEvent.LogSearched>("moderation.log.searched.v1")
        .Add<LookEvent.AuditExported>("moderation.audit.exported.v1");
}

/// <summary>Stored names of events on <c>log-{id}</c>.</summary>
public static class LogEventTypes
{
    public static EventTypeMap Map { get; } = new EventTypeMap()
        .Add<LogEvent.Moved>("moderation.log.moved.v1");
}

/// <summary>Stored names of events on <c>transparency-{id}</c>.</summary>
public static class TransparencyEventTypes
{
    public static EventTypeMap Map { get; } = new EventTypeMap()
        .Add<TransparencyEvent.Published>("moderation.transparency.published.v1");
}
