using System.Text;
using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Visitors;

/// <summary>What happened to whom: events, each once, and the visitors that each one touches.</summary>
public sealed class VisitorHistoryDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<HistoryEvent> Events => Set<HistoryEvent>();

    public DbSet<TouchedVisitor> Touched => Set<TouchedVisitor>();

    public DbSet<StaffAct> StaffActs => Set<StaffAct>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<HistoryEvent>().HasKey(e => e.Position);
        model.Entity<TouchedVisitor>().HasKey(touched => new { touched.VisitorId, touched.Position });
        model.Entity<StaffAct>().HasKey(act => act.Position);
    }
}

/// <summary>An event as it was recorded. <c>Data</c> is its JSON; what is sealed in it stays sealed.</summary>
public sealed record HistoryEvent(long Position, string Stream, long Revision, string Type, DateTimeOffset At, string Actor, string Data)
{
    /// <summary>The same as the log holds it, to be decoded; without its id and metadata.</summary>
    public RecordedEvent Recorded() =>
        new(new(Stream), Revision, new(Position), Guid.Empty, Type, At, Encoding.UTF8.GetBytes(Data), ReadOnlyMemory<byte>.Empty);
}

/// <summary>The event at this position is about who is on the staff.</summary>
/// <param name="StaffId">Whom it is about.</param>
public sealed record StaffAct(long Position, Guid StaffId);

/// <summary>An event at this position has to do with this visitor, or with this member of the staff.</summary>
public sealed record TouchedVisitor(Guid VisitorId, long Position);
