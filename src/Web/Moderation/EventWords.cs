using System.Globalization;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;

namespace RandomChat.Web.Moderation;

/// <summary>What happened, in words for people. Nothing that is sealed is opened for it.</summary>
public static class EventWords
{
    /// <param name="happened">An event of the log.</param>
    public static string For(object happened) => happened switch
    {
        VisitorEvent.SessionStarted e => $"Passed the gate and accepted the terms of {e.TermsVersion}.",
        VisitorEvent.SessionResumed => "Signed in to the account.",
        AccountEvent.Registered => "Made an account.",
        AccountEvent.PasswordChanged e => e.Recovered ? "Set a new password with a recovery code." : "Changed the password.",
        AccountEvent.SessionsEnded => "Every session of before ended.",
        AccountEvent.PasskeyAdded => "Added a passkey.",
        AccountEvent.PasskeyRemoved => "Removed a passkey.",
        AccountEvent.BadgeGranted => "Granted the verified badge.",
        AccountEvent.BadgeRevoked => "Took the verified badge back.",
        AccountEvent.Closed => "The account was closed: name, password and address were deleted.",
        VisitorEvent.PreferencesChanged => "Changed language, interests or mode.",
        VisitorEvent.Blocked e => $"Blocked visitor {Short(e.BlockedVisitorId)}.",
        VisitorEvent.Erased => "Asked to be forgotten: the profile's key was destroyed.",
        VisitorEvent.TicketEnded e => $"Waited for a {Word(e.Ticket.Mode)} chat in vain ({Word(e.Reason)}).",
        MatchEvent.Started e => $"Met: {Short(e.First.VisitorId)} and {Short(e.Second.VisitorId)}, by {Word(e.Mode)}{(e.SharedInterests > 0 ? $", with {Count(e.SharedInterests, "shared interest")}" : "")}.",
        MatchEvent.MessageScreened { Verdict: var verdict } e =>
            string.Create(CultureInfo.InvariantCulture, $"A message of {Short(e.From)} was screened: {Word(verdict.Category)}, {Word(verdict.Severity)}, {verdict.Score:0.00} by {verdict.Rule}; {Done(verdict.Action)}."),
        MatchEvent.CallEnded e => $"The call ended: {Call(e.FirstCall)} for {Short(e.First)}, {Call(e.SecondCall)} for {Short(e.Second)}.",
        MatchEvent.Ended e => $"The chat ended ({Word(e.Reason)}{(e.EndedBy is { } by ? $", by {Short(by)}" : "")}) after {Duration(e.DurationMilliseconds)} and {Count(e.MessagesFromFirst + e.MessagesFromSecond, "message")}.",
        CaseEvent.Reported e => $"{Short(e.ReporterId)} reported {Short(e.VisitorId)}: {Title(Policies.For(e.Reason).Code)}. {Count(e.EvidenceMessages, "message")} sealed as evidence.",
        CaseEvent.Flagged e => e.Verdict is null
            ? $"The browser of {Short(e.VisitorId)} behaves like a program ({e.Habits})."
            : $"A message of {Short(e.VisitorId)} was put before people without a report: {Title(e.Policy)}.",
        CaseEvent.Claimed e => $"Claimed the case until {Time(e.Until)}.",
        CaseEvent.Reserved e => $"Reserved the case for a sanction until {Time(e.Until)}.",
        CaseEvent.Viewed e => e.Knowingly ? "Looked at the evidence, knowing that somebody else had." : "Looked at the evidence.",
        CaseEvent.Escalated e => $"Reliable reporters agree on {Title(e.Policy)}: a sanction follows by itself by {Time(e.DueAt)}.",
        CaseEvent.Decided e => e.Outcome == CaseOutcome.Upheld
            ? $"{Reports(e)} upheld{(e.Policy is { } policy ? $": {Title(policy)}" : "")}{(e.SanctionId is null ? ", without a new sanction" : "")}{Automatically(e.By)}."
            : $"{Reports(e)} dismissed{(e.IsFalse ? " as false" : "")}{Automatically(e.By)}.",
        CaseEvent.Noted => "Wrote a note.",
        CaseEvent.Referred e => $"Handed {Count(e.Reports.Count, "report")} on to whoever may see severe cases.",
        CaseEvent.Undone e => $"Took the decision back: {Count(e.Reports.Count, "report")} open again{(e.SanctionId is null ? "" : ", and the sanction ends")}.",
        CaseEvent.Held e => $"Placed a legal hold {(e.Until is { } until ? $"until {Time(until)}" : "until it is lifted")}.",
        CaseEvent.Released => "Lifted the legal hold.",
        CaseEvent.FoundSevere e => $"The case is severe from here on: {Title(e.Policy)}.",
        CaseEvent.Unrestricted => "The case is not severe any more: what said so was dismissed.",
        CaseEvent.Exported e => $"Took the package for authorities{(e.Why is null ? "" : " again")} with {Count(e.Reports, "report")}.",
        BanEvent.Warned e => $"Warned: {Title(e.Policy)}, {Count(e.Strikes, "strike")}{Automatically(e.By)}.",
        BanEvent.Told => "Was here when the warning was shown.",
        BanEvent.Issued e => $"Banned {(e.Until is { } until ? $"until {Time(until)}" : "for good")}: {Title(e.Policy)}, {Count(e.Strikes, "strike")}{Automatically(e.By)}.",
        BanEvent.DeviceMarked => "The ban follows another browser of theirs too.",
        BanEvent.Reviewed => "Looked at the ban again, and kept it.",
        BanEvent.Lifted => "Took the sanction back.",
        BanEvent.AppealFiled => "Appealed.",
        BanEvent.AppealDecided e => e.Outcome == AppealOutcome.Overturned ? "The appeal was right: the sanction is taken back." : "The appeal was heard, and the sanction stays.",
        MessageEvent.Sent e => $"{Short(e.From)} sent a message.",
        MessageEvent.OwnerChanged => "Another server took the chat over.",
        StaffEvent.Invited e => $"Invited somebody as {Word(e.Role)}, until {Time(e.Until)}.",
        StaffEvent.InvitationRevoked => "Withdrew the invitation.",
        StaffEvent.Joined e => $"Joined the staff as {Word(e.Role)}{(e.HandlesSevere ? ", with severe cases" : "")}{(e.By is null ? ", without an invitation" : "")}.",
        StaffEvent.RoleChanged e => $"Changed the role to {Word(e.Role)}.",
        StaffEvent.SevereGranted => "Gave the right to see severe cases.",
        StaffEvent.SevereRevoked => "Withdrew the right to see severe cases.",
        StaffEvent.Suspended => "Suspended them, and ended every session of theirs.",
        StaffEvent.Reinstated => "Let them in again.",
        StaffEvent.Removed => "Took them off the staff, and ended every session of theirs.",
        StaffEvent.SecondFactorRemoved => "Reset the second factor, and ended every session of theirs.",
        StaffEvent.PasskeyAdded => "Added a passkey.",
        StaffEvent.PasskeyRemoved => "Removed a passkey.",
        StaffEvent.SessionRevoked e => e.SessionId is null ? "Ended every session of theirs." : "Ended a session of theirs.",
        StaffEvent.PasswordChanged => "Changed their own password, and ended every other session of theirs.",
        LookEvent.HistoryViewed e => $"Looked at the history of {Short(e.SubjectId)}.",
        LookEvent.LogSearched e => $"Searched the whole log{(e.Type is { } type ? $" for {type}" : "")}{(e.Actor is { } actor ? $" of {actor}" : "")}{(e.CorrelationId is { } together ? $" for what belongs to {Short(together)}" : "")}{Period(e.From, e.Until)}.",
        LookEvent.AuditExported e => $"Took the list of what the staff did along as {e.Format.ToUpperInvariant()}{(e.What is { } what ? $" ({what})" : "")}{Period(e.From, e.Until)}.",
        TransparencyEvent.Published e => $"Published the transparency report of {new TransparencyPeriod(e.From, e.Until)}.",
        LogEvent.Moved e => $"The log was moved here from another engine: {Count(e.Events, "event")} before this one, compared with the ledger there.",
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "An event without words."),
    };

    /// <summary>The beginning of an id, as people compare them.</summary>
    public static string Short(Guid id) => id.ToString("N")[..8];

    private static string Reports(CaseEvent.Decided e) => e.Reports is { } named ? $"{Count(named.Count, "report")}" : "The reports";

    private static string Automatically(Guid? by) => by is null ? ", automatically" : "";

    private static string Call(CallReport? call) => call is null ? "nothing known" : Word(call.Path);

    private static string Done(ScreeningAction action) => action switch
    {
        ScreeningAction.Block => "not delivered",
        ScreeningAction.Warn => "delivered with a notice",
        ScreeningAction.Flag => "delivered and flagged",
        _ => "delivered",
    };

    private static string Title(string policy) => Policies.Find(policy)?.Title ?? policy;

    private static string Word(Enum value) => value.ToString().ToLowerInvariant();

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Period(DateTimeOffset? from, DateTimeOffset? until) =>
        $"{(from is { } begin ? $" from {Time(begin)}" : "")}{(until is { } end ? $" until {Time(end)}" : "")}";

    private static string Duration(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds) is { TotalMinutes: >= 1 } lasted
        ? Count((long)lasted.TotalMinutes, "minute")
        : Count((long)TimeSpan.FromMilliseconds(milliseconds).TotalSeconds, "second");

    private static string Count(long number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {unit}{(number == 1 ? "" : "s")}");
}
