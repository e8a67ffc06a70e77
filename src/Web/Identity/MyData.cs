using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Projections.Visitors;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Identity;

/// <summary>
/// Everything that is kept on a visitor, opened as far as its keys exist. What is about somebody else is left out: who
/// reported or blocked this visitor, and what partners wrote.
/// </summary>
public sealed class MyData(
    VisitorHistoryQueries history, VisitorAccounts accounts, EventCodec codec, ISealer sealer, Conversation conversation, IAppealLinks links, TimeProvider clock)
{
    private const int PageSize = 500;

    /// <summary>Histories that are kept up are never so far behind.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const string Withheld =
        "What others wrote, and who reported or blocked you, is theirs and is left out. What was erased or whose key is destroyed cannot be opened by anybody.";

    // The same for everybody: whether there is such evidence would give away who reported.
    private const string NotErased =
        "Erasing does not reach the evidence of reports, where there is any: it is kept for its time, and for longer where the law orders it (a legal hold), to protect others. Whether there is any about you is not said to you or to anybody else outside the staff. A ban does not end by erasing either.";

    /// <returns>Null while the history is being built: what there is of it would be taken for everything.</returns>
    /// <exception cref="DependencyUnavailableException">The read models, the log or the keys cannot be read now.</exception>
    public async Task<MyDataExport?> Export(Guid visitorId, CancellationToken ct)
    {
        if (!await history.AreComplete(Patience, ct))
        {
            return null;
        }

        var holder = await accounts.Find(visitorId, ct);
        var export = new MyDataExport(visitorId, clock.GetUtcNow(), Withheld, NotErased, [], [], [], [], [], [], [])
        {
            Account = holder is null ? null : new(holder.UserName, holder.Email, holder.CodesLeft),
        };
        for (LogPosition? after = null; ;)
        {
            var page = await history.Of(visitorId, after, PageSize, ct);
            foreach (var recorded in page)
            {
                await Add(export, visitorId, codec.Decode(recorded.Recorded()), ct);
                after = new LogPosition(recorded.Position);
            }

            if (page.Count < PageSize)
            {
                return export;
            }
        }
    }

    private async Task Add(MyDataExport export, Guid me, object happened, CancellationToken ct)
    {
        switch (happened)
        {
            case VisitorEvent.SessionStarted e:
                var profile = await sealer.OpenForVisitor(me, e.Profile, ct) is { } about ? VisitorProfile.Parse(about) : null;
                export.Sessions.Add(new(e.At, e.DeviceId, e.TermsVersion, profile?.BirthYear, profile?.DisplayName));
                break;
            case VisitorEvent.SessionResumed e:
                export.SignIns.Add(new(e.At, e.DeviceId));
                break;
            case AccountEvent.Registered e:
                export.AccountHistory.Add(new(e.At, "registered"));
                break;
            case AccountEvent.PasswordChanged e:
                export.AccountHistory.Add(new(e.At, e.Recovered ? "password set with a recovery code" : "password changed"));
                break;
            case AccountEvent.SessionsEnded e:
                export.AccountHistory.Add(new(e.At, "every session of before ended"));
                break;
            case AccountEvent.PasskeyAdded e:
                export.AccountHistory.Add(new(e.At, "passkey added"));
                break;
            case AccountEvent.PasskeyRemoved e:
                export.AccountHistory.Add(new(e.At, "passkey removed"));
                break;
            case AccountEvent.BadgeGranted e:
                export.AccountHistory.Add(new(e.At, "verified"));
                break;
            case AccountEvent.BadgeRevoked e:
                export.AccountHistory.Add(new(e.At, "verified no longer"));
                break;
            case VisitorEvent.PreferencesChanged e:
                export.Preferences.Add(new(e.At, await sealer.OpenForVisitor(me, e.Preferences, ct) is { } json ? VisitorPreferences.Parse(json) : null));
                break;
            case VisitorEvent.Blocked e when e.VisitorId == me:
                export.Blocks.Add(new(e.At, e.MatchId));
                break;
            case VisitorEvent.TicketEnded e:
                export.Waits.Add(await Wait(me, e.Ticket, e.Reason.ToString().ToLowerInvariant(), ct));
                break;
            case MatchEvent.Started e:
                export.Waits.Add(await Wait(me, e.First.VisitorId == me ? e.First : e.Second, "matched", ct));
                var said = await conversation.Read(e.MatchId, me, 0, int.MaxValue, ct);
                export.Matches.Add(new(e.MatchId, e.Mode, e.At)
                {
                    Messages = [.. said.Where(message => message.From == ChatMessage.Me).Select(message => new MyMessage(message.MessageId, message.Sequence, message.SentAt, message.Body))],
                });
                break;
            case MatchEvent.MessageScreened e when export.Matches.Find(match => match.MatchId == e.MatchId) is { } match:
                match.Screened.Add(new(e.At, e.MessageId, e.Verdict));
                break;
            case MatchEvent.CallEnded e when export.Matches.Find(match => match.MatchId == e.MatchId) is { } match:
                match.Call = e.First == me ? e.FirstCall : e.SecondCall;
                break;
            case MatchEvent.Ended e when export.Matches.Find(match => match.MatchId == e.MatchId) is { } match:
                match.EndedAt = e.At;
                match.EndedByMe = e.EndedBy == me;
                match.Reason = SessionEnded.For(e.MatchId, e.Reason).Reason;
                match.MessagesSent = e.First == me ? e.MessagesFromFirst : e.MessagesFromSecond;
                break;
            case CaseEvent.Reported e when e.ReporterId == me:
                export.Reports.Add(new(e.At, e.ReportId, e.MatchId, e.Reason, e.Comment is { } comment ? await sealer.OpenForCase(e.ReportId, comment, ct) : null));
                break;
            case CaseEvent.Flagged e:
                export.Flags.Add(new(e.At, e.FlagId, e.MatchId, e.Policy));
                break;
            case BanEvent.Warned e:
                export.Sanctions.Add(new(e.At, e.SanctionId, e.Policy, "warning", null, e.By is null, links.UrlFor(me, e.SanctionId)) { Statement = await sealer.OpenForCase(e.SanctionId, e.Statement, ct) });
                break;
            case BanEvent.Issued e:
                export.Sanctions.Add(new(e.At, e.SanctionId, e.Policy, "ban", e.Until, e.By is null, links.UrlFor(me, e.SanctionId)) { Statement = await sealer.OpenForCase(e.SanctionId, e.Statement, ct) });
                break;
            case BanEvent.Lifted e when export.Sanctions.Find(sanction => sanction.SanctionId == e.SanctionId) is { } sanction:
                sanction.LiftedAt = e.At;
                break;
            case BanEvent.Reviewed e when export.Sanctions.Find(sanction => sanction.SanctionId == e.SanctionId) is { } sanction:
                sanction.ReviewedAt = e.At;
                break;
            case BanEvent.AppealFiled e when export.Sanctions.Find(sanction => sanction.SanctionId == e.SanctionId) is { } sanction:
                sanction.AppealedAt = e.At;
                sanction.Appeal = await sealer.OpenForCase(e.AppealId, e.Statement, ct);
                break;
            case BanEvent.AppealDecided e when export.Sanctions.Find(sanction => sanction.SanctionId == e.SanctionId) is { } sanction:
                sanction.AppealOutcome = e.Outcome;
                sanction.Answer = await sealer.OpenForCase(e.AppealId, e.Statement, ct);
                break;
        }
    }

    private async Task<MyWait> Wait(Guid me, TicketRecord ticket, string outcome, CancellationToken ct)
    {
        var wishes = ticket.Wishes is { } text && await sealer.OpenForVisitor(me, text, ct) is { } json ? TicketWishes.Parse(json) : null;
        return new(ticket.AskedAt, ticket.Mode, wishes?.Language ?? ticket.Language, wishes?.Interests ?? [], ticket.WaitedMilliseconds, outcome);
    }
}

/// <summary>The answer of <c>GET /api/me/export</c>. Null where a key is destroyed.</summary>
public sealed record MyDataExport(
    Guid VisitorId, DateTimeOffset ExportedAt, string Withheld, string NotErased, List<MySession> Sessions, List<MyPreferences> Preferences, List<MyWait> Waits,
    List<MyMatch> Matches, List<MyBlock> Blocks, List<MyReport> Reports, List<MySanction> Sanctions)
{
    /// <summary>What moderators were to look at without anybody having reported it.</summary>
    public List<MyFlag> Flags { get; } = [];

    /// <summary>Null where there is none.</summary>
    public MyAccount? Account { get; init; }

    /// <summary>What happened to the account, oldest first.</summary>
    public List<MyAccountEvent> AccountHistory { get; } = [];

    public List<MySignIn> SignIns { get; } = [];
}

public sealed record MyAccount(string Username, string? Email, int RecoveryCodesLeft);

public sealed record MyAccountEvent(DateTimeOffset At, string What);

public sealed record MySignIn(DateTimeOffset At, Guid DeviceId);

public sealed record MySession(DateTimeOffset At, Guid DeviceId, string TermsVersion, int? BirthYear, string? DisplayName);

public sealed record MyPreferences(DateTimeOffset At, VisitorPreferences? Preferences);

/// <param name="Outcome"><c>matched</c>, or why it ended without a match.</param>
public sealed record MyWait(
    DateTimeOffset AskedAt, ChatMode Mode, string? Language, IReadOnlyList<string> Interests, long WaitedMilliseconds, string Outcome);

public sealed record MyMatch(Guid MatchId, ChatMode Mode, DateTimeOffset StartedAt)
{
    /// <summary>Null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>As the contract's <c>end_session</c> says it.</summary>
    public string? Reason { get; set; }

    public bool EndedByMe { get; set; }

    public int MessagesSent { get; set; }

    public CallReport? Call { get; set; }

    /// <summary>What this visitor wrote and can still be read.</summary>
    public IReadOnlyList<MyMessage> Messages { get; init; } = [];

    /// <summary>Messages of this visitor that were not simply delivered, and why.</summary>
    public List<MyScreenedMessage> Screened { get; } = [];
}

public sealed record MyMessage(Guid MessageId, int Sequence, DateTimeOffset SentAt, string Body);

public sealed record MyScreenedMessage(DateTimeOffset At, Guid MessageId, Verdict Verdict);

public sealed record MyBlock(DateTimeOffset At, Guid MatchId);

public sealed record MyReport(DateTimeOffset At, Guid ReportId, Guid MatchId, ReportReason Reason, string? Comment);

/// <param name="MatchId">Null where it was about no one match.</param>
/// <param name="Reason">The code of the policy.</param>
public sealed record MyFlag(DateTimeOffset At, Guid FlagId, Guid? MatchId, string Reason);

/// <param name="Reason">The code of the policy.</param>
/// <param name="Kind"><c>warning</c> or <c>ban</c>.</param>
/// <param name="Until">When a ban ends by itself; null for good, and for a warning.</param>
/// <param name="AppealUrl">A path on this site: why, and the appeal.</param>
public sealed record MySanction(DateTimeOffset At, Guid SanctionId, string Reason, string Kind, DateTimeOffset? Until, bool Automated, string AppealUrl)
{
    public string? Statement { get; init; }

    public DateTimeOffset? LiftedAt { get; set; }

    /// <summary>When somebody last looked at a ban for good again and kept it; null where nobody has.</summary>
    public DateTimeOffset? ReviewedAt { get; set; }

    public DateTimeOffset? AppealedAt { get; set; }

    public string? Appeal { get; set; }

    /// <summary>Null where the appeal is not decided yet.</summary>
    public AppealOutcome? AppealOutcome { get; set; }

    public string? Answer { get; set; }
}
