using Microsoft.EntityFrameworkCore;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Visitors;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Tests.Engine;

/// <summary>A projection for tests: counts sessions in one row and notes each match that began, in two ways of writing.</summary>
public sealed class Tallies : Projection<TalliesDb>
{
    private readonly string name;

    /// <param name="onMatch">Called with each match before it is noted; may wait or throw.</param>
    public Tallies(string name = "tallies", int version = 1, Action<Guid>? onMatch = null)
        : base(options => new TalliesDb(options))
    {
        this.name = name;
        Version = version;
        On<VisitorEvent.SessionStarted>((db, _, _) =>
        {
            if (db.Tallies.Find("sessions") is not { } tally)
            {
                db.Tallies.Add(tally = new() { What = "sessions" });
            }

            tally.Count += Version;
        });
        On<MatchEvent.Started>((db, e, happened) =>
        {
            onMatch?.Invoke(e.MatchId);
            db.Insert(new NotedMatch(e.MatchId, happened.Position.Value));
        });
    }

    public override string Name => name;

    public override int Version { get; }
}

public sealed class TalliesDb(DbContextOptions options) : ReadDb(options)
{
    public DbSet<Tally> Tallies => Set<Tally>();

    public DbSet<NotedMatch> Matches => Set<NotedMatch>();

    protected override void Map(ModelBuilder model)
    {
        model.Entity<Tally>().HasKey(tally => tally.What);
        model.Entity<NotedMatch>().HasKey(match => match.MatchId);
    }
}

public sealed class Tally
{
    public string What { get; set; } = "";

    public int Count { get; set; }
}

public sealed record NotedMatch(Guid MatchId, long Position);
