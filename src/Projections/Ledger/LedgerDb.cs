using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using RandomChat.Domain.Moderation;

namespace RandomChat.Projections.Ledger;

/// <summary>One event of the log, as the ledger remembers it.</summary>
public sealed class LedgerEntry
{
    /// <summary>In the log.</summary>
    public required long Position { get; init; }

    public required string Stream { get; init; }

    /// <summary>In the stream.</summary>
    public required long Revision { get; init; }

    /// <summary>Milliseconds since 1970 in UTC, from when on the event may be absent; null where it has to be there for ever.</summary>
    public required long? ExpiresAt { get; init; }

    /// <summary>SHA-256 of the event, see <see cref="HashChain.Leaf"/>.</summary>
    public required byte[] Leaf { get; init; }
}

/// <summary>How far the ledger has come. There is one row.</summary>
public sealed class LedgerHead
{
    internal const int TheOne = 1;

    public int Id { get; init; } = TheOne;

    /// <summary>Of the last entry.</summary>
    public long Position { get; set; }

    /// <summary>How many entries there are.</summary>
    public long Events { get; set; }

    /// <summary>Of the chain over all of them.</summary>
    public byte[] Hash { get; set; } = HashChain.Beginning.ToArray();

    /// <summary>Whether a log was moved when its ledger ended here.</summary>
    internal bool IsWhatWasMoved(LogEvent.Moved moved) =>
        (Position, Events, Convert.ToHexStringLower(Hash)) == (moved.Position, moved.Events, moved.Hash);
}

/// <summary>What the chain was at a place in the log, as it was published.</summary>
public sealed class LedgerAnchor
{
    public required long Position { get; init; }

    /// <summary>How many entries there were up to there.</summary>
    public required long Events { get; init; }

    /// <summary>Of the chain, in lower-case hexadecimal digits.</summary>
    public required string Hash { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>The tables of the ledger. They do not follow from the log alone: expired messages are in no log any more.</summary>
internal sealed class LedgerDb(DbContextOptions<LedgerDb> options) : DbContext(options)
{
    public const string Schema = "ledger";

    public DbSet<LedgerEntry> Entries => Set<LedgerEntry>();

    public DbSet<LedgerHead> Heads => Set<LedgerHead>();

    public DbSet<LedgerAnchor> Anchors => Set<LedgerAnchor>();

    public DbSet<AuditRecord> Audits => Set<AuditRecord>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        if (Database.IsNpgsql())
        {
            modelBuilder.HasDefaultSchema(Schema);
        }

        modelBuilder.Entity<LedgerEntry>().ToTable("entries").HasKey(entry => entry.Position);

        // Who extends the chain from another head than the one that is there, extends nothing.
        modelBuilder.Entity<LedgerHead>().ToTable("heads").HasKey(head => head.Id);
        modelBuilder.Entity<LedgerHead>().Property(head => head.Events).IsConcurrencyToken();
        modelBuilder.Entity<LedgerAnchor>().ToTable("anchors").HasKey(anchor => anchor.Position);
        modelBuilder.Entity<AuditRecord>().ToTable("audits").HasKey(audit => audit.Id);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
            property.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
        }
    }
}
