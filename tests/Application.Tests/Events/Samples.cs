using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Tests.Events;

/// <summary>One event of each stored name, the same as in its golden file.</summary>
public static class Samples
{
    private static readonly Guid Ada = new("0b7e3a52-5d3c-4e0e-9c55-0a4d1f6c1e01");
    private static readonly Guid AdasDevice = new("0b7e3a52-5d3c-4e0e-9c55-0a4d1f6c1e0d");
    private static readonly Guid Ben = new("c4f1d0a8-7a61-4f3b-8f0e-5b6a2d9e7c02");
    private static readonly Guid BensDevice = new("c4f1d0a8-7a61-4f3b-8f0e-5b6a2d9e7c0d");
    private static readonly Guid MatchId = new("9a1b2c3d-4e5f-8a6b-8c7d-0e1f2a3b4c5d");
    private static readonly Guid CaseId = new("7d6e5f40-3a2b-8c1d-9e0f-a1b2c3d4e5f6");
    private static readonly Guid SanctionId = new("1d2c3b4a-5968-4776-8594-a3b2c1d0e9f8");
    private static readonly Guid StaffId = new("8e9fa0b1-c2d3-44e5-96f7-08192a3b4c5d");
    private static readonly Guid OtherStaffId = new("8e9fa0b1-c2d3-44e5-96f7-08192a3b4c5e");
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 3, 1, 12, 34, 56, TimeSpan.Zero).AddTicks(7_890_123);

    private static readonly TicketRecord AdasTicket = new(
        new("5f0c1a2b-1111-4222-8333-944455556666"), Ada, AdasDevice, ChatMode.Text, "en", "rc1:v1:c2VhbGVk", 2, false, false,
        At.AddSeconds(-6), 6_000);

    private static readonly TicketRecord BensTicket = new(
        new("5f0c1a2b-7777-4888-8999-aaaabbbbcccc"), Ben, BensDevice, ChatMode.Text, null, null, 0, true, true,
        At.AddSeconds(-2), 2_000);

    public static IReadOnlyDictionary<string, object> ByName { get; } = new Dictionary<string, object>
    {
        ["visitors.session.started.v1"] = new VisitorEvent.SessionStarted(Ada, AdasDevice, "2026-03", "rc1:v1:c2VhbGVk", At),
        ["visitors.session.resumed.v1"] = new VisitorEvent.SessionResumed(Ada, AdasDevice, At),
        ["accounts.account.registered.v1"] = new AccountEvent.Registered(Ada, At),
        ["accounts.password.changed.v1"] = new AccountEvent.PasswordChanged(Ada, true, At),
        ["accounts.sessions.ended.v1"] = new AccountEvent.SessionsEnded(Ada, At),
        ["accounts.passkey.added.v1"] = new AccountEvent.PasskeyAdded(Ada, At),
        ["accounts.passkey.removed.v1"] = new AccountEvent.PasskeyRemoved(Ada, At),
        ["accounts.badge.granted.v1"] = new AccountEvent.BadgeGranted(Ada, StaffId, At),
        ["accounts.badge.revoked.v1"] = new AccountEvent.BadgeRevoked(Ada, StaffId, At),
        ["accounts.account.closed.v1"] = new AccountEvent.Closed(Ada, At),
        ["visitors.preferences.changed.v1"] = new VisitorEvent.PreferencesChanged(Ada, "rc1:v1:c2VhbGVk", At),
        ["visitors.visitor.blocked.v1"] = new VisitorEvent.Blocked(Ada, AdasDevice, Ben, BensDevice, MatchId, At),
        ["visitors.visitor.erased.v1"] = new VisitorEvent.Erased(Ada, AdasDevice, At),
        ["matchmaking.ticket.ended.v1"] = new VisitorEvent.TicketEnded(Ada, AdasTicket, TicketEndReason.Left, At),
        ["matches.match.started.v1"] = new MatchEvent.Started(MatchId, ChatMode.Text, AdasTicket, BensTicket, 0, At),
        ["matches.message.screened.v1"] = new MatchEvent.MessageScreened(
            MatchId, new("1e2d3c4b-5a69-8788-9697-a5b4c3d2e1f0"), 7, Ada, AdasDevice,
            new(ScreeningAction.Warn, ScreeningCategory.Contact, Severity.Mild, 1, "contact/phone", "1", "1"), At.AddSeconds(-1), At),
        ["matches.call.ended.v1"] = new MatchEvent.CallEnded(MatchId, Ada, Ben, new(CallPath.Relay, 1_240), null, At),
        ["matches.match.ended.v1"] = new MatchEvent.Ended(
            MatchId, MatchEndReason.Disconnected, null, Ada, AdasDevice, Ben, BensDevice, 12, 9, 754_321, At),
        ["matches.message.sent.v1"] = new MessageEvent.Sent(
            MatchId, new("1e2d3c4b-5a69-8788-9697-a5b4c3d2e1f0"), 7, Ada, "rc1:h1:c2VhbGVk", At),
        ["matches.owner.changed.v1"] = new MessageEvent.OwnerChanged(MatchId, 3, "web-1", At),
        ["moderation.case.reported.v1"] = new CaseEvent.Reported(
            CaseId, new("2f3e4d5c-6b7a-8999-8a8b-9c9dadbecfd0"), MatchId, Ada, AdasDevice, Ben, BensDevice, ReportReason.Harassment,
            "rc1:c1:c2VhbGVk", "c1", "rc1:c1:c2VhbGVk", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 5, At),
        ["moderation.case.claimed.v1"] = new CaseEvent.Claimed(CaseId, Ben, StaffId, At.AddMinutes(5), At),
        ["moderation.case.reserved.v1"] = new CaseEvent.Reserved(CaseId, Ben, SanctionId, StaffId, At.AddMinutes(5), At),
        ["moderation.evidence.viewed.v1"] = new CaseEvent.Viewed(CaseId, Ben, new("2f3e4d5c-6b7a-8999-8a8b-9c9dadbecfd0"), StaffId, At, Knowingly: true),
        ["moderation.case.flagged.v1"] = new CaseEvent.Flagged(
            CaseId, new("4f5e6d7c-8b9a-4777-8666-5f4e3d2c1b0a"), Ben, BensDevice, "hate", MatchId, new("7a6b5c4d-3e2f-4111-8222-9d8c7b6a5f4e"),
            new(ScreeningAction.Block, ScreeningCategory.Hate, Severity.Severe, 1, "lexicon", "1", "1"), "c3", "rc1:c3:c2VhbGVk", "00", 3, At),
        ["moderation.case.escalated.v1"] = new CaseEvent.Escalated(CaseId, Ben, SanctionId, "harassment", At.AddSeconds(50), At),
        ["moderation.warning.delivered.v1"] = new BanEvent.Told(SanctionId, Ben, At),
        ["moderation.case.decided.v1"] = new CaseEvent.Decided(
            CaseId, Ben, [new("2f3e4d5c-6b7a-8999-8a8b-9c9dadbecfd0")], CaseOutcome.Upheld, SanctionId, StaffId, At, "hate"),
        ["moderation.case.held.v1"] = new CaseEvent.Held(
            CaseId, Ben, new("3b4c5d6e-7f80-4192-a3b4-c5d6e7f80912"), "rc1:c6:c2VhbGVk", "c6", At.AddDays(90), StaffId, At),
        ["moderation.case.released.v1"] = new CaseEvent.Released(
            CaseId, Ben, new("3b4c5d6e-7f80-4192-a3b4-c5d6e7f80912"), "rc1:c7:c2VhbGVk", StaffId, At),
        ["moderation.case.restricted.v1"] = new CaseEvent.FoundSevere(CaseId, Ben, "credible-threat", StaffId, At),
        ["moderation.case.unrestricted.v1"] = new CaseEvent.Unrestricted(CaseId, Ben, StaffId, At),
        ["moderation.case.exported.v1"] = new CaseEvent.Exported(
            CaseId, Ben, new("4c5d6e7f-8091-42a3-84c5-d6e7f8091a2b"), "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", 2, StaffId, At,
            Knowingly: true, Why: "rc1:c10:c2VhbGVk"),
        ["moderation.case.noted.v1"] = new CaseEvent.Noted(
            CaseId, Ben, new("5d6e7f80-91a2-43b4-95c6-e7f8091a2b3c"), "rc1:c9:c2VhbGVk", "c9", StaffId, At),
        ["moderation.case.referred.v1"] = new CaseEvent.Referred(
            CaseId, Ben, new("5d6e7f80-91a2-43b4-95c6-e7f8091a2b3c"), [new("2f3e4d5c-6b7a-8999-8a8b-9c9dadbecfd0")], StaffId, At),
        ["moderation.case.reopened.v1"] = new CaseEvent.Undone(
            CaseId, Ben, [new("2f3e4d5c-6b7a-8999-8a8b-9c9dadbecfd0")], CaseOutcome.Upheld, SanctionId, false, StaffId, At),
        ["moderation.warning.issued.v1"] = new BanEvent.Warned(SanctionId, Ben, "harassment", 2, At.AddDays(90), "rc1:c2:c2VhbGVk", null, At),
        ["moderation.ban.issued.v1"] = new BanEvent.Issued(
            SanctionId, Ben, "hate", 4, At.AddDays(180), At.AddHours(1), "rc1:c2:c2VhbGVk", StaffId, At),
        ["moderation.device.marked.v1"] = new BanEvent.DeviceMarked(
            SanctionId, Ben, "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg", At.AddHours(1), At),
        ["moderation.ban.reviewed.v1"] = new BanEvent.Reviewed(SanctionId, Ben, "rc1:c8:c2VhbGVk", StaffId, At),
        ["moderation.ban.lifted.v1"] = new BanEvent.Lifted(SanctionId, Ben, "rc1:c3:c2VhbGVk", StaffId, At),
        ["moderation.appeal.filed.v1"] = new BanEvent.AppealFiled(
            new("6c5b4a39-2817-4605-94e3-d2c1b0a99887"), SanctionId, Ben, "rc1:c4:c2VhbGVk", At),
        ["moderation.appeal.decided.v1"] = new BanEvent.AppealDecided(
            new("6c5b4a39-2817-4605-94e3-d2c1b0a99887"), SanctionId, Ben, AppealOutcome.Overturned, "rc1:c5:c2VhbGVk", StaffId, At),
        ["moderation.history.viewed.v1"] = new LookEvent.HistoryViewed(Ben, StaffId, At),
        ["moderation.log.searched.v1"] = new LookEvent.LogSearched(
            "moderation.ban.issued.v1", $"staff:{OtherStaffId}", SanctionId, At.AddDays(-1), At, StaffId, At),
        ["moderation.audit.exported.v1"] = new LookEvent.AuditExported("csv", OtherStaffId, "decision", At.AddDays(-1), At, StaffId, At),
        ["moderation.transparency.published.v1"] = new TransparencyEvent.Published(
            new(2026, 2, 1), new(2026, 2, 28), [new("reports", "hate", 12), new("appeals", null, 2), new("median-seconds-to-action", null, null)],
            "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", StaffId, At),
        ["moderation.log.moved.v1"] = new LogEvent.Moved(
            4_711, 4_200, "a3f1c5d2e4b60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90", At),
        ["accounts.staff.invited.v1"] = new StaffEvent.Invited(OtherStaffId, StaffRole.Moderator, At.AddHours(72), StaffId, At),
        ["accounts.invitation.revoked.v1"] = new StaffEvent.InvitationRevoked(OtherStaffId, StaffId, At),
        ["accounts.staff.joined.v1"] = new StaffEvent.Joined(OtherStaffId, StaffRole.Moderator, false, StaffId, At),
        ["accounts.role.changed.v1"] = new StaffEvent.RoleChanged(OtherStaffId, StaffRole.Administrator, StaffId, At),
        ["accounts.severe.granted.v1"] = new StaffEvent.SevereGranted(OtherStaffId, StaffId, At),
        ["accounts.severe.revoked.v1"] = new StaffEvent.SevereRevoked(OtherStaffId, StaffId, At),
        ["accounts.staff.suspended.v1"] = new StaffEvent.Suspended(OtherStaffId, StaffId, At),
        ["accounts.staff.reinstated.v1"] = new StaffEvent.Reinstated(OtherStaffId, StaffId, At),
        ["accounts.staff.removed.v1"] = new StaffEvent.Removed(OtherStaffId, StaffId, At),
        ["accounts.factor.removed.v1"] = new StaffEvent.SecondFactorRemoved(OtherStaffId, StaffId, At),
        ["accounts.passkey.enrolled.v1"] = new StaffEvent.PasskeyAdded(StaffId, At),
        ["accounts.passkey.revoked.v1"] = new StaffEvent.PasskeyRemoved(StaffId, At),
        ["accounts.session.revoked.v1"] = new StaffEvent.SessionRevoked(
            OtherStaffId, new("6e7f8091-a2b3-44c5-86d7-e8f90a1b2c3d"), StaffId, At),
        ["accounts.staffpassword.changed.v1"] = new StaffEvent.PasswordChanged(OtherStaffId, At),
    };
}
