using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Visitors;

/// <summary>What is looked for in the whole log, outside the streams that expire.</summary>
/// <param name="Type">A stored name; null: all.</param>
/// <param name="Actor">As metadata has it; null: everybody.</param>
/// <param name="CorrelationId">What it belongs to; null: anything.</param>
/// <param name="From">Null: from the beginning.</param>
/// <param name="Until">Up to this moment; null: to the end.</param>
public sealed record LogFilter(string? Type, string? Actor, Guid? CorrelationId, DateTimeOffset? From, DateTimeOffset? Until);

/// <summary>Which acts of the staff are looked for.</summary>
/// <param name="Who">Null: everybody's.</param>
/// <param name="What">Null: all kinds.</param>
/// <inheritdoc cref="LogFilter"/>
public sealed record ActFilter(Guid? Who, StaffActKind? What, DateTimeOffset? From, DateTimeOffset? Until);

/// <summary>Something that was recorded together with something else.</summary>
public sealed record RelatedEvent(long Position, string Type, Guid EventId, Guid CorrelationId, Guid CausationId);

/// <summary>Questions to the whole log. Every one throws <see cref="DependencyUnavailableException"/> while the read models cannot be read.</summary>
public sealed class LogQueries(ReadModels models)
{
    /// <summary>So many related events are listed at most.</summary>
    private const int MostRelated = 500;

    /// <summary>Positions and moments grow together but for the clocks of several machines; they differ by less than this.</summary>
    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromMinutes(10);

    /// <summary>What fits, the latest first.</summary>
    /// <param name="before">Only events of before this position; null: all.</param>
    /// <param name="limit">At most so many.</param>
    public Task<List<HistoryEvent>> Find(LogFilter filter, long? before, int limit, CancellationToken ct) => models.Ask<VisitorHistoryDb, List<HistoryEvent>>(
        async db =>
        {
            var (first, last) = await Between(db, filter.From, filter.Until, before, ct);
            return await Fitting(db, filter).Where(e => e.Position >= first && e.Position <= last)
                .OrderByDescending(e => e.Position).Take(limit).ToListAsync(ct);
        },
        ct);

    /// <summary>What the staff did, the latest first.</summary>
    /// <inheritdoc cref="Find"/>
    public Task<List<(StaffAct Act, HistoryEvent Event)>> Acts(ActFilter filter, long? before, int limit, CancellationToken ct) =>
        models.Ask<VisitorHistoryDb, List<(StaffAct Act, HistoryEvent Event)>>(
            async db =>
            {
                var (first, last) = await Between(db, filter.From, filter.Until, before, ct);
                var found = db.StaffActs.Where(act => act.Position >= first && act.Position <= last);
                found = filter.Who is { } who ? found.Where(act => act.StaffId == who) : found;
                found = filter.What is { } what ? found.Where(act => act.Kind == what) : found;
                found = filter.From is { } from ? found.Where(act => act.At >= from) : found;
                found = filter.Until is { } until ? found.Where(act => act.At <= until) : found;
                var page = await found.OrderByDescending(act => act.Position).Take(limit)
                    .Join(db.Events, act => act.Position, e => e.Position, (act, e) => new { act, e })
                    .OrderByDescending(both => both.act.Position).ToListAsync(ct);
                return [.. page.Select(both => (both.act, both.e))];
            },
            ct);

    /// <summary>Everything that belongs to one of these correlations, in the order in which it was recorded.</summary>
    public async Task<IReadOnlyList<RelatedEvent>> Related(IReadOnlyCollection<Guid> correlationIds, CancellationToken ct)
    {
        // In the order of the index: by position alone PostgreSQL may rather read the whole log in its order.
        var related = await models.Ask<VisitorHistoryDb, List<RelatedEvent>>(
            db => db.Events.Where(e => correlationIds.Contains(e.CorrelationId)).OrderBy(e => e.CorrelationId).ThenBy(e => e.Position).Take(MostRelated)
                .Select(e => new RelatedEvent(e.Position, e.Type, e.EventId, e.CorrelationId, e.CausationId)).ToListAsync(ct),
            ct);
        return [.. related.OrderBy(one => one.Position)];
    }

    /// <summary>Whom and what some events touch: visitors, chats, cases and members of the staff, each once and always in the same order.</summary>
    public async Task<List<Guid>> TouchedBy(IReadOnlyCollection<HistoryEvent> events, CancellationToken ct)
    {
        long[] positions = [.. events.Select(e => e.Position)];
        var touched = await models.Ask<VisitorHistoryDb, List<Guid>>(
            db => db.Touched.Where(touched => positions.Contains(touched.Position)).Select(touched => touched.VisitorId).ToListAsync(ct), ct);
        return [.. touched.Distinct().Order()];
    }

    internal static IQueryable<HistoryEvent> Fitting(VisitorHistoryDb db, LogFilter? filter)
    {
        IQueryable<HistoryEvent> found = db.Events;
        found = filter?.Type is { } type ? found.Where(e => e.Type == type) : found;
        found = filter?.Actor is { } actor ? found.Where(e => e.Actor == actor) : found;
        found = filter?.CorrelationId is { } correlation ? found.Where(e => e.CorrelationId == correlation) : found;
        found = filter?.From is { } from ? found.Where(e => e.At >= from) : found;
        return filter?.Until is { } until ? found.Where(e => e.At <= until) : found;
    }

    /// <summary>Between which positions everything lies that was recorded in a time, so that an index by position finds it.</summary>
    private static async Task<(long First, long Last)> Between(
        VisitorHistoryDb db, DateTimeOffset? from, DateTimeOffset? until, long? before, CancellationToken ct)
    {
        var (first, last) = (0L, before - 1 ?? long.MaxValue);
        if (Moved(from, -ClocksDiffer) is { } begin)
        {
            first = await db.Events.Where(e => e.At >= begin).OrderBy(e => e.At).ThenBy(e => e.Position).Select(e => (long?)e.Position).FirstOrDefaultAsync(ct)
                ?? long.MaxValue;
        }

        if (Moved(until, ClocksDiffer) is { } end)
        {
            var found = await db.Events.Where(e => e.At <= end).OrderByDescending(e => e.At).ThenByDescending(e => e.Position).Select(e => (long?)e.Position)
                .FirstOrDefaultAsync(ct);
            last = Math.Min(last, found ?? -1);
        }

        return (first, last);
    }

    private static DateTimeOffset? Moved(DateTimeOffset? moment, TimeSpan by) => moment is not { } at ? null
        : by < TimeSpan.Zero ? (at - DateTimeOffset.MinValue > -by ? at + by : at)
        : DateTimeOffset.MaxValue - at > by ? at + by : at;
}
