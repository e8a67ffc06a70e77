using Mediator;
using RandomChat.Application;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Realtime;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages;

/// <summary>What the pages ask of the application. Cookies and sessions are its business, words are the pages'.</summary>
public sealed class ChatPages(
    ISender sender, Gate gate, LiveMatches matches, IMatchRegistry registry, ILobby lobby, Conversation conversation,
    IVisitorConnections connections, WaitTimes waits)
{
    private const int MostMessages = 1_000;

    /// <summary>The visitor of a valid session, or null.</summary>
    public static Guid? VisitorOf(HttpContext http) => http.Visitor()?.VisitorId;

    /// <summary>Passes the gate: starts or keeps the session, sets its cookies, and stores what was asked for.</summary>
    public async Task<GateResult> Enter(HttpContext http, GateForm form, CancellationToken ct)
    {
        var (errors, birthYear, displayName, preferences) = Read(form);
        if (errors.Count > 0)
        {
            return new GateResult.Refused(new("invalid", "Some of it cannot be used.", errors));
        }

        switch (await gate.Enter(http, birthYear, form.AcceptTerms, displayName, form.Captcha, ct))
        {
            case Outcome<Entrance>.Refused { Refusal: var refusal }:
                return new GateResult.Refused(refusal);
            case Outcome<Entrance>.Done { Value: var entrance }:
                return await sender.Send(new ChangePreferences(entrance.VisitorId, preferences), ct)
                    is Outcome<VisitorPreferences>.Refused { Refusal: var notKept }
                    ? new GateResult.Refused(notKept)
                    : new GateResult.Entered();
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }

    /// <summary>Where the visitor is just now.</summary>
    public async Task<RoomView> Room(Guid visitorId, CancellationToken ct)
    {
        if (await sender.Send(new SeeMatch(visitorId), ct) is Outcome<MatchFound>.Done { Value: var live })
        {
            return new RoomView.Live(await View(live, visitorId, ct));
        }

        if (await lobby.Find(visitorId, ct) is { } ticket)
        {
            return new RoomView.Waiting(View(ticket.Request), ticket.AskedAt, ticket.TimedOut);
        }

        if (await LastEnded(visitorId, ct) is { } over)
        {
            return new RoomView.Ended(
                await View(over.Match, visitorId, ct), SessionEnded.For(over.Match.MatchId, over.Reason).Reason,
                over.EndedByMe, View(over.Request), over.At);
        }

        return await Asked(visitorId, ct);
    }

    /// <summary>A visitor who has just passed the gate, whatever was before.</summary>
    public async Task<RoomView.None> Asked(Guid visitorId, CancellationToken ct) =>
        new(View(await sender.Send(new GetPreferences(visitorId), ct)));

    public async Task<Outcome<Nothing>> Report(
        Guid visitorId, Guid matchId, string reason, string? comment, bool block, CancellationToken ct)
    {
        if (!Enum.TryParse<ReportReason>(reason, ignoreCase: true, out var known) || !Enum.IsDefined(known))
        {
            return Refusal.Invalid("reason", "Please choose what comes closest.");
        }

        if (comment?.Length > Case.MaximumCommentLength)
        {
            return Refusal.Invalid("comment", $"It has at most {Case.MaximumCommentLength} characters.");
        }

        return await sender.Send(new ReportPartner(visitorId, matchId, known, comment, block), ct) switch
        {
            Outcome<ReportReceipt>.Refused { Refusal: var refusal } => refusal,
            _ => default(Nothing),
        };
    }

    public async Task<Outcome<Nothing>> Block(Guid visitorId, Guid matchId, CancellationToken ct) =>
        await sender.Send(new BlockPartner(visitorId, matchId), ct);

    /// <summary>What has been measured. Answers at once, from memory.</summary>
    public LobbyFacts Facts() => new(
        connections.VisitorCount is var here and > 0 ? here : null,
        waits.Typical(ChatMode.Text) is { } wait ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : null);

    private async ValueTask<EndedSeen?> LastEnded(Guid visitorId, CancellationToken ct) =>
        await registry.Find(visitorId, ct) is VisitorPlace.AfterMatch { Seen: var elsewhere } ? elsewhere
        : matches.LastEnded(visitorId) is { } here && here.Match.Find(visitorId) is { } me ? here.SeenBy(me)
        : null;

    private async Task<MatchView> View(MatchFound seen, Guid visitorId, CancellationToken ct)
    {
        var messages = await conversation.Read(seen.MatchId, visitorId, 0, MostMessages, ct);
        return new(
            seen.MatchId, ModeOf(seen.Mode), seen.Initiator, seen.ShowVideo, seen.Peer.DisplayName, seen.Peer.Language, seen.Peer.SharedInterests,
            seen.Peer.Badges.Contains(PublicProfile.Verified), seen.StartedAt,
            [.. messages.Select(message => new MessageView(
                message.MessageId, message.Sequence, message.From == ChatMessage.Me, message.Body, message.SentAt))]);
    }

    private static RequestView View(MatchRequest request) =>
        new(ModeOf(request.Mode), request.Language, request.Interests, request.AcceptAny);

    private static RequestView View(VisitorPreferences preferences) =>
        new(ModeOf(preferences.Mode), preferences.Language, preferences.Interests, AcceptAny: false);

    private static string ModeOf(ChatMode mode) => mode == ChatMode.Video ? "video" : "text";

    private (Dictionary<string, string[]> Errors, int BirthYear, string? DisplayName, VisitorPreferences Preferences) Read(GateForm form)
    {
        var errors = new Dictionary<string, string[]>();
        if (!int.TryParse(form.BirthYear, System.Globalization.CultureInfo.InvariantCulture, out var birthYear)
            || !AgePolicy.IsPlausible(birthYear, gate.Year))
        {
            errors["birthYear"] = [$"Please give the year of your birth, from {AgePolicy.EarliestBirthYear} to {gate.Year}."];
        }

        var displayName = string.IsNullOrWhiteSpace(form.DisplayName) ? null : form.DisplayName.Trim();
        if (displayName is not null && Gate.ProblemOf(displayName) is { } problem)
        {
            errors["displayName"] = [problem];
        }

        var language = string.IsNullOrWhiteSpace(form.Language) ? null : form.Language.Trim();
        if (language is not null && !InterestPolicy.IsLanguageTag(language))
        {
            errors["language"] = ["A language is a tag such as en or pt-BR."];
        }

        var interests = (form.Interests ?? string.Empty)
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .DistinctBy(InterestPolicy.Normalise)
            .ToArray();
        if (interests.Length > InterestPolicy.MaximumCount || interests.Any(interest => interest.Length > InterestPolicy.MaximumLength))
        {
            errors["interests"] = [$"At most {InterestPolicy.MaximumCount} interests of up to {InterestPolicy.MaximumLength} characters."];
        }

        var mode = form.Mode == "video" ? ChatMode.Video : ChatMode.Text;
        return (errors, birthYear, displayName, new(language?.ToLowerInvariant(), interests, mode));
    }
}
