using Microsoft.EntityFrameworkCore;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Visitors;

/// <summary>What happened to whom: events, each once, and the visitors that each one touches.</summary>
public sealed class VisitorHistoryDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<HistoryEvent> Events => Set<HistoryEvent>();

    public DbSet<TouchedVisitor> Touched => Set<TouchedVisitor>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<HistoryEvent>().HasKey(e => e.Position);
        model.Entity<TouchedVisitor>().HasKey(touched => new { touched.VisitorId, touched.Position });
    }
}

/// <summary>An event as it was recorded. <c>Data</c> is its JSON; what is sealed in it stays sealed.</summary>
public sealed record HistoryEvent(long Position, string Stream, long Revision, string Type, DateTimeOffset At, string Actor, string Data);

/// <summary>An event at this position has to do with this visitor.</summary>
public sealed record TouchedVisitor(Guid VisitorId, long Position);
