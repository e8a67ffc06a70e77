using System.Globalization;
using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Visitors;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Events as the desk lists them.</summary>
/// <param name="LinksToHistory">Whether whoever reads may open histories.</param>
public sealed record TimelineView(IReadOnlyList<TimelineEvent> Events, bool LinksToHistory)
{
    private static readonly JsonSerializerOptions Indented = new(EventCodec.Json) { WriteIndented = true };

    /// <summary>A moment as a form writes it, at the end of its second.</summary>
    public static string Second(DateTimeOffset at) =>
        at.UtcDateTime.AddSeconds(1).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    /// <param name="text">A moment in UTC as a form writes it.</param>
    /// <returns>Null where it is none.</returns>
    public static DateTimeOffset? Moment(string? text) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var moment) ? moment : null;

    /// <summary>With what led to each and what it led to.</summary>
    public static async Task<TimelineView> Linked(IReadOnlyList<HistoryEvent> events, LogQueries log, StaffNames names, CancellationToken ct)
    {
        Guid[] together = [.. events.Select(e => e.CorrelationId).Where(id => id != Guid.Empty).Distinct()];
        var related = (await log.Related(together, ct)).ToLookup(one => one.CorrelationId);
        var lines = new List<TimelineEvent>(events.Count);
        foreach (var e in events)
        {
            lines.Add(await Line(e, [.. related[e.CorrelationId]], names));
        }

        return new(lines, LinksToHistory: true);
    }

    /// <summary>By which id its history is found; null where it is nobody's.</summary>
    internal static string? SubjectOf(object happened, StreamName stream) => happened switch
    {
        LookEvent.HistoryViewed e => e.SubjectId.ToString("D"),
        LookEvent or TransparencyEvent or LogEvent => null,
        _ => stream.Id,
    };

    private static async Task<TimelineEvent> Line(HistoryEvent e, IReadOnlyList<RelatedEvent> related, StaffNames names)
    {
        var happened = EventCodec.Default.Decode(e.Recorded());
        return new(
            e, SubjectOf(happened, new(e.Stream)), await names.OfActor(e.Actor),
            e.Actor.Split(':')[^1], EventWords.For(happened), JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(e.Data), Indented),
            related.Count > 1 ? related.Count - 1 : 0, related.FirstOrDefault(one => one.EventId == e.CausationId),
            [.. related.Where(one => one.CausationId == e.EventId)]);
    }
}

/// <param name="SubjectId">Whose history it belongs to; null where it is nobody's.</param>
/// <param name="Actor">Who did it, in words.</param>
/// <param name="ActorId">The same as the search takes it.</param>
/// <param name="Json">As it was recorded, indented.</param>
/// <param name="Others">How many others were recorded for the same cause.</param>
/// <param name="Cause">The event that led to it; null where a request did.</param>
/// <param name="Led">What it led to.</param>
public sealed record TimelineEvent(
    HistoryEvent Event, string? SubjectId, string Actor, string ActorId, string Words, string Json, int Others, RelatedEvent? Cause,
    IReadOnlyList<RelatedEvent> Led);
