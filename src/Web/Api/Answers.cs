using System.Text.Json;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Moderation;

namespace RandomChat.Web.Api;

// Answers that are put together where they are given, as the description of the interface shows them; a test holds them
// against what is answered.

/// <param name="Next">Where the next page begins, to be sent as <c>after</c>; null on the last one.</param>
public sealed record PageOf<T>(IReadOnlyList<T> Items, string? Next);

public sealed record RegisteredAnswer(Guid AccountId, string Token, IReadOnlyList<string> RecoveryCodes);

/// <param name="Roles">Empty for a visitor.</param>
public sealed record LoginAnswer(string Token, IReadOnlyList<string> Roles);

public sealed record LiveAnswer(string Status);

public sealed record ReadyAnswer(string Status, IReadOnlyList<DependencyAnswer> Dependencies);

public sealed record DependencyAnswer(string Name, bool Ready, string State);

/// <param name="VisitorId">Who was reported.</param>
/// <param name="Reason">The code of a policy.</param>
/// <param name="Priority">Null where it is decided.</param>
public sealed record ReportItem(
    Guid ReportId, Guid MatchId, Guid ReporterId, Guid VisitorId, string Reason, string? Comment, DateTimeOffset ReceivedAt, ReportStatus Status, Guid CaseId,
    DeskSource Source, CaseLane Lane, PriorityLevel? Priority, IReadOnlyList<string> Reasons, bool Restricted, HoldAnswer? Hold);

/// <param name="Until">Null until it is lifted.</param>
public sealed record HoldAnswer(DateTimeOffset? Until, Guid By, DateTimeOffset HeldAt);

public sealed record ReportAnswer(
    Guid ReportId, Guid MatchId, Guid ReporterId, Guid VisitorId, string Reason, string? Comment, DateTimeOffset ReceivedAt, ReportStatus Status, Guid CaseId,
    DeskSource Source, string? Habits, ViewedHold? Hold, EvidenceAnswer Evidence);

/// <param name="Hash">SHA-256 of the evidence as it was sealed, in hex.</param>
public sealed record EvidenceAnswer(
    IReadOnlyList<EvidenceMessageAnswer> Messages, IReadOnlyList<VerdictAnswer> Verdicts, EvidenceHistory? Reported, EvidenceHistory? Reporter, string Hash);

/// <param name="From">A visitorId.</param>
public sealed record EvidenceMessageAnswer(Guid MessageId, Guid From, string Body, DateTimeOffset SentAt);

public sealed record VerdictAnswer(
    Guid MessageId, Guid From, ScreeningCategory Category, Severity Severity, double Score, string Rule, string RuleVersion, string PolicyVersion,
    ScreeningAction Action, DateTimeOffset SentAt);

public sealed record BanItem(
    Guid SanctionId, Guid VisitorId, Guid? CaseId, string Reason, DateTimeOffset? Until, Guid? By, bool Automated, DateTimeOffset IssuedAt, string? Statement,
    SeenBanAppeal? Appeal, DateTimeOffset? ReviewedAt, string? Review, DateTimeOffset? ReviewDueAt, bool ReviewDue, bool? Restricted);

public sealed record RulesAnswer(IReadOnlyList<RuleRecord> Items);

/// <param name="SoleStaff">There is nobody else who could decide what whoever asks decided.</param>
public sealed record AppealsAnswer(IReadOnlyList<SeenAppeal> Items, string? Next, bool SoleStaff);

/// <param name="Actor">Who did it: <c>visitor:id</c>, <c>staff:id</c> or <c>system</c>.</param>
public sealed record HistoryItem(long Position, string Stream, string Type, DateTimeOffset At, string Actor, JsonElement Data);

public sealed record AnchorItem(long Position, long Events, string Hash, DateTimeOffset At);
