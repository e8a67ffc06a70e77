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
        model.Entity<HistoryEvent>().HasIndex(e => new { e.Type, e.Position });
        model.Entity<HistoryEvent>().HasIndex(e => new { e.Actor, e.Position });
        model.Entity<HistoryEvent>().HasIndex(e => new { e.Actor, e.Type, e.Position });
        model.Entity<HistoryEvent>().HasIndex(e => new { e.CorrelationId, e.Position });
        model.Entity<HistoryEvent>().HasIndex(e => new { e.At, e.Position });
        model.Entity<TouchedVisitor>().OnlyAddedTo().HasKey(touched => new { touched.VisitorId, touched.Position });
        model.Entity<TouchedVisitor>().HasIndex(touched => touched.Position);
        model.Entity<StaffAct>().HasKey(act => act.Position);
        model.Entity<StaffAct>().HasIndex(act => new { act.StaffId, act.Kind, act.Position });
        model.Entity<StaffAct>().HasIndex(act => new { act.StaffId, act.Position });
        model.Entity<StaffAct>().HasIndex(act => new { act.Kind, act.Position });
    }
}

/// <summary>An event as it was recorded. <c>Data</c> is its JSON; what is sealed in it stays sealed.</summary>
/// <param name="EventId">Its id in the log; what came of it names it as its <c>CausationId</c>.</param>
/// <param name="CorrelationId">The same for everything that belongs together; empty where another program wrote it.</param>
/// <param name="CausationId">The command or event that led to it.</param>
public sealed record HistoryEvent(
    long Position, string Stream, long Revision, string Type, DateTimeOffset At, string Actor, string Data, Guid EventId, Guid CorrelationId,
    Guid CausationId)
{
    /// <summary>The same as the log holds it, to be decoded; without its id and metadata.</summary>
    public RecordedEvent Recorded() =>
        new(new(Stream), Revision, new(Position), Guid.Empty, Type, At, Encoding.UTF8.GetBytes(Data), ReadOnlyMemory<byte>.Empty);
}

/// <summary>The event at this position is something that somebody of the staff did, or is about who is on it.</summary>
/// <param name="StaffId">Who did it; empty where nobody of the staff did.</param>
/// <param name="At">When it was recorded.</param>
public sealed record StaffAct(long Position, Guid StaffId, StaffActKind Kind, DateTimeOffset At);

/// <summary>An event at this position has to do with this visitor, chat, case, or member of the staff.</summary>
public sealed record TouchedVisitor(Guid VisitorId, long Position);
