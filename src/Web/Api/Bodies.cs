using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;

namespace RandomChat.Web.Api;

// What callers send, as the description of the interface shows it. The calls read their bodies field by field
// (<see cref="Input.Fields"/>), so that every wrong one is named; a test holds these shapes against what they read.

public sealed record SessionBody(int BirthYear, bool AcceptTerms = false, string? DisplayName = null, string? Captcha = null);

public sealed record RegisterBody(string Username, string Password, string? Email = null);

public sealed record LoginBody(string Username, string Password, string? Totp = null);

public sealed record PreferencesBody(ChatMode Mode, string? Language = null, IReadOnlyList<string>? Interests = null);

public sealed record StartBody(
    ChatMode Mode, string? Language = null, IReadOnlyList<string>? Interests = null, bool? AcceptAny = null, string? Captcha = null);

public sealed record ReportBody(Guid MatchId, ReportReason Reason, string? Comment = null, bool? Block = null);

public sealed record BlockBody(Guid MatchId);

public sealed record AppealBody(string Token, string Statement);

public sealed record UpholdBody(string Policy, string? Statement = null);

public sealed record HoldBody(string Reason, DateTimeOffset? Until = null);

public sealed record ReleaseBody(string Reason);

public sealed record BanBody(Guid VisitorId, string Reason, string Statement, DateTimeOffset? Until = null);

public sealed record StatementBody(string Statement);

public sealed record DecisionBody(AppealOutcome Outcome, string Statement);
