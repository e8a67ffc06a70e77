using Microsoft.EntityFrameworkCore;
using RandomChat.Domain.Visitors;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Tests.Engine;

/// <summary>A projection for tests: notes each session in two rows of every kind of column, one added and one inserted, and which was the first of its last digit.</summary>
public sealed class Kinds : Projection<KindsDb>
{
    public Kinds()
        : base(options => new KindsDb(options)) => On<VisitorEvent.SessionStarted>((db, e, happened) =>
    {
        var position = happened.Position.Value;
        Kind Noted(bool isInserted) => new(
            position, isInserted, e.VisitorId, e.At.ToOffset(TimeSpan.FromHours(2)).AddTicks(position % 2 == 0 ? 0 : 1_234_567), position % 2 == 0 ? "" : "ä€😀'",
            position % 2 == 0 ? null : "some", (int)position, position / 3.0, position % 2 == 0, DayOfWeek.Friday, position % 2 == 0 ? null : e.DeviceId);
        db.Kinds.Add(Noted(isInserted: false));
        db.Insert(Noted(isInserted: true));
        db.Insert(new First((int)(position % 10), (int)position));
    });

    public override string Name => "kinds";

    public override int Version => 1;
}

public sealed class KindsDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<Kind> Kinds => Set<Kind>();

    public DbSet<First> Firsts => Set<First>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<Kind>().HasKey(kind => new { kind.Position, kind.IsInserted });
        model.Entity<Kind>().HasIndex(kind => kind.Text);
        model.Entity<Kind>().HasIndex(kind => kind.Moment).ForHandlers();
        model.Entity<First>().OnlyAddedTo().HasKey(first => first.Digit);
    }
}

public sealed record Kind(
    long Position, bool IsInserted, Guid Id, DateTimeOffset Moment, string Text, string? Optional, int Number, double Fraction, bool Truth, DayOfWeek Day, Guid? OtherId);

public sealed record First(int Digit, int Position);
