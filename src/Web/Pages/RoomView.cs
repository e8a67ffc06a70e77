using RandomChat.Application;
using RandomChat.Application.Realtime;

namespace RandomChat.Web.Pages;

/// <summary>The landing's form as it was sent; nothing of it is checked yet.</summary>
/// <param name="Mode"><c>text</c> or <c>video</c>.</param>
/// <param name="Language">A BCP 47 tag; empty or null: none given.</param>
/// <param name="Interests">Separated by commas.</param>
/// <param name="Captcha">The base64 payload of a solved challenge.</param>
public sealed record GateForm(
    string? Mode, string? BirthYear, string? Language, string? Interests, string? DisplayName, bool AcceptTerms, string? Captcha);

public abstract record GateResult
{
    private GateResult()
    {
    }

    public sealed record Entered : GateResult;

    /// <param name="Refusal">Its <c>Errors</c> are named after the form's fields in camelCase.</param>
    public sealed record Refused(Refusal Refusal) : GateResult;
}

/// <summary>Where a visitor is: nowhere, waiting, in a match, or after one.</summary>
public abstract record RoomView
{
    private RoomView()
    {
    }

    /// <param name="Request">What was asked for at the gate, or null where nothing is remembered.</param>
    public sealed record None(RequestView? Request) : RoomView;

    /// <param name="TimedOut">Whether <c>match_timeout</c> was said for this request.</param>
    public sealed record Waiting(RequestView Request, DateTimeOffset Since, bool TimedOut) : RoomView;

    public sealed record Live(MatchView Match) : RoomView;

    /// <param name="Match">The match that ended last, or null where it is not known any more.</param>
    /// <param name="Reason">As in the contract's <c>end_session</c>.</param>
    /// <param name="ByMe">Whether this visitor ended it; the words differ.</param>
    /// <param name="Request">What Start asks for again; null: the page asks <c>/api/preferences</c>.</param>
    /// <param name="EndedAt">Null where it is not known.</param>
    public sealed record Ended(
        MatchView? Match, string Reason, bool ByMe = false, RequestView? Request = null, DateTimeOffset? EndedAt = null) : RoomView;
}

/// <summary>The argument of <c>join_queue</c>.</summary>
/// <param name="Mode"><c>text</c> or <c>video</c>.</param>
public sealed record RequestView(string Mode, string? Language, IReadOnlyList<string> Interests, bool AcceptAny);

/// <param name="Messages">In the order of their sequence. Those that were erased are absent.</param>
/// <param name="ShowVideo">Which side agrees to clear pictures; null in a text match.</param>
public sealed record MatchView(
    Guid MatchId,
    string Mode,
    bool Initiator,
    VideoConsent? ShowVideo,
    string? PeerName,
    string? PeerLanguage,
    IReadOnlyList<string> SharedInterests,
    bool PeerIsVerified,
    DateTimeOffset StartedAt,
    IReadOnlyList<MessageView> Messages);

public sealed record MessageView(Guid MessageId, long Sequence, bool FromMe, string Body, DateTimeOffset SentAt);

/// <param name="HereNow">Visitors with a connection, or null where nobody counted.</param>
/// <param name="TypicalWaitSeconds">Most recent waits were no longer, or null where too few were measured.</param>
public sealed record LobbyFacts(int? HereNow, int? TypicalWaitSeconds);
