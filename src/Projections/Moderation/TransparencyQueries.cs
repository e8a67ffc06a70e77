using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;
using Measures = RandomChat.Domain.Moderation.TransparencyMeasures;

namespace RandomChat.Projections.Moderation;

/// <summary>Numbers of transparency reports, and which are public. Every question throws <see cref="DependencyUnavailableException"/> while the read models cannot be read.</summary>
public sealed class TransparencyQueries(ReadModels models)
{
    /// <summary>The numbers of some days, as they are counted now.</summary>
    public Task<IReadOnlyList<TransparencyLine>> Count(TransparencyPeriod period, CancellationToken ct)
    {
        var from = new DateTimeOffset(period.From.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var until = new DateTimeOffset(period.Until.ToDateTime(TimeOnly.MaxValue), TimeSpan.Zero);
        return models.Ask<TransparencyDb, IReadOnlyList<TransparencyLine>>(
            async db =>
            {
                var facts = db.Facts.Where(fact => fact.At >= from && fact.At <= until);
                var counts = (await facts.GroupBy(fact => new { fact.Measure, fact.Policy })
                    .Select(group => new { group.Key.Measure, group.Key.Policy, Count = group.Count() }).ToListAsync(ct))
                    .ToDictionary(count => (count.Measure, count.Policy), count => count.Count);
                var lines = new List<TransparencyLine>();
                foreach (var measure in Measures.ByPolicy)
                {
                    lines.AddRange(Policies.All.Select(policy => new TransparencyLine(measure, policy.Code, counts.GetValueOrDefault((measure, policy.Code)))));
                }

                lines.AddRange(Measures.OverAll.Select(measure => new TransparencyLine(measure, null, counts.GetValueOrDefault((measure, string.Empty)))));
                foreach (var measure in Measures.Medians)
                {
                    var count = counts.GetValueOrDefault((measure, string.Empty));
                    var median = count == 0 ? null : await facts.Where(fact => fact.Measure == measure).OrderBy(fact => fact.Seconds)
                        .Skip(((count + 1) / 2) - 1).Select(fact => fact.Seconds).FirstOrDefaultAsync(ct);
                    lines.Add(new(measure, null, Transparency.Median(median, count)));
                }

                return lines;
            },
            ct);
    }

    /// <summary>The reports that are public, the latest first.</summary>
    /// <param name="before">A position: only those of before; null: all.</param>
    public Task<List<PublishedReport>> Published(long? before, int limit, CancellationToken ct)
    {
        var until = before ?? long.MaxValue;
        return models.Ask<TransparencyDb, List<PublishedReport>>(
            db => db.Published.Where(report => report.Position < until).OrderByDescending(report => report.Position).Take(limit).ToListAsync(ct), ct);
    }
}

/// <summary>The same numbers, with whether they are all that the log holds.</summary>
public sealed class TransparencyNumbers(TransparencyQueries queries, ReadModels models, LogSource log) : ITransparencyNumbers
{
    public Task<IReadOnlyList<TransparencyLine>> Count(TransparencyPeriod period, CancellationToken ct) => queries.Count(period, ct);

    public Task<bool> AreComplete(TimeSpan patience, CancellationToken ct) => models.WaitForEnd<TransparencyDb>(log, patience, ct);
}
