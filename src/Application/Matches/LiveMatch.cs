using System.Text.Json.Serialization;
using RandomChat.Application.Bots;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Application.Screening;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;

namespace RandomChat.Application.Matches;

/// <summary>One match that goes on, in the memory of the node that owns it.</summary>
public sealed class LiveMatch(MatchEvent.Started started, Participant first, Participant second) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, MessageAnswer> answered = [];
    private bool ended;

    public Guid Id => started.MatchId;

    public MatchEvent.Started Started => started;

    public Participant First => first;

    public Participant Second => second;

    /// <summary>Held while a message of this match is on its way to the log, so that messages keep their order.</summary>
    public SemaphoreSlim Sending { get; } = new(1, 1);

    /// <summary>Whether <see cref="Revision"/> and <see cref="Sequence"/> are known; guarded by <see cref="Sending"/>.</summary>
    public bool IsLoaded { get; set; }

    /// <summary>The last revision of the messages stream; guarded by <see cref="Sending"/>.</summary>
    public long Revision { get; set; } = -1;

    /// <summary>The last sequence given; guarded by <see cref="Sending"/>.</summary>
    public int Sequence { get; set; }

    /// <summary>
    /// The match's own stream, as far as a blocked message read it: whoever is blocked again and again has it read once.
    /// Guarded by <see cref="Sending"/>.
    /// </summary>
    internal KnownStream<MatchState>? Known { get; set; }

    /// <summary>The message whose append was of unknown outcome last: nobody was told of it yet; guarded by <see cref="Sending"/>.</summary>
    internal OutgoingMessage? Unsettled { get; set; }

    public Participant? Find(Guid visitorId) =>
        first.VisitorId == visitorId ? first : second.VisitorId == visitorId ? second : null;

    public Participant PartnerOf(Participant participant) => participant == first ? second : first;

    public bool IsEnded
    {
        get
        {
            lock (gate)
            {
                return ended;
            }
        }
    }

    /// <summary>Ends the match in memory; true for the one caller that did.</summary>
    public bool TryEnd()
    {
        lock (gate)
        {
            return !ended && (ended = true);
        }
    }

    /// <summary>The answer already given to a message, or null.</summary>
    public MessageAnswer? AnswerTo(Guid messageId)
    {
        lock (gate)
        {
            return answered.GetValueOrDefault(messageId);
        }
    }

    public void Remember(Participant sender, MessageAnswer answer)
    {
        lock (gate)
        {
            if (answered.TryAdd(answer.MessageId, answer))
            {
                sender.MessageCount++;
            }
        }
    }

    /// <summary>Remembers the answer to a message that was not delivered; it counts as none.</summary>
    public void RememberBlocked(MessageAnswer answer)
    {
        lock (gate)
        {
            answered.TryAdd(answer.MessageId, answer);
        }
    }

    /// <summary>The match as <paramref name="me"/> sees it.</summary>
    public MatchFound SeenBy(Participant me)
    {
        var partner = PartnerOf(me);
        var shared = me.Request.Interests.Where(partner.Request.Interests.Contains).ToArray();
        return new(
            Id, started.Mode, me == first,
            new(partner.Profile.DisplayName, partner.Request.Language, shared, partner.Profile.Badges),
            started.At,
            started.Mode == ChatMode.Video ? new(me.ShowsVideo ?? false, partner.ShowsVideo ?? false) : null);
    }

    public void Dispose() => Sending.Dispose();
}

/// <summary>One side of a live match.</summary>
public sealed class Participant(Guid visitorId, Guid deviceId, MatchRequest request, PublicProfile profile)
{
    public Guid VisitorId => visitorId;

    public Guid DeviceId => deviceId;

    public MatchRequest Request => request;

    /// <summary>What the partner learns; nothing where the visitor has been erased since.</summary>
    public PublicProfile Profile { get; set; } = profile;

    public int MessageCount { get; set; }

    /// <summary>How much this side said lately, as far as this node owns the match; guarded by <see cref="LiveMatch.Sending"/>.</summary>
    public Pace Pace { get; } = new();

    /// <summary>The message of this side that has no answer yet; guarded by <see cref="LiveMatch.Sending"/>.</summary>
    internal OutgoingMessage? OnTheWay { get; set; }

    /// <summary>The connection that holds the call; null until one sends a signal.</summary>
    public string? CallConnection { get; set; }

    /// <summary>Whether this side agrees to clear pictures; null where only a former owner knew.</summary>
    public bool? ShowsVideo { get; set; } = false;

    /// <summary>How the call stands on this side; null until it says so, and again when another node takes over.</summary>
    public CallReport? Call { get; set; }

    /// <summary>Until when this side may come back; null while it is here.</summary>
    public DateTimeOffset? LostUntil { get; set; }

    /// <summary>When this side's typing ends by itself; null while it does not type.</summary>
    public DateTimeOffset? TypingUntil { get; set; }
}

/// <summary>A message on its way, screened.</summary>
/// <param name="FromConnection">Where it was sent from; null over REST.</param>
internal sealed record OutgoingMessage(Participant Sender, Guid MessageId, string Body, ScreenedText Screened, string? FromConnection);

/// <summary>The answer to <c>chat_message</c>. <c>Delivered</c> means: durably in the log; <c>Blocked</c>: its verdict is, and nobody gets it.</summary>
/// <param name="Sequence">0 where it was blocked.</param>
/// <param name="Reason">Why it was blocked, for its sender.</param>
public sealed record MessageAnswer(Guid MessageId, int Sequence, DateTimeOffset SentAt, string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason)
{
    public const string Delivered = "delivered";
    public const string Blocked = "blocked";
}
