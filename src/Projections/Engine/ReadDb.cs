using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace RandomChat.Projections.Engine;

/// <summary>
/// A projection's tables. Names are snake_case. In SQLite ids are lower-case text and moments are ISO 8601 text in UTC,
/// so that any tool reads them, and compares them with the log.
/// </summary>
public abstract class ReadDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<Checkpoint> Checkpoint => Set<Checkpoint>();

    /// <summary>Where rows of <see cref="Insert"/> gather; null in a context that was opened to read.</summary>
    internal RowInserts? Inserts { get; set; }

    /// <summary>
    /// Adds a row at the end of the batch, unless one with its key is there. Many times faster than adding an entity, but
    /// a query does not see it before the batch is over: for tables that are only ever added to.
    /// </summary>
    protected internal void Insert<TRow>(TRow row)
        where TRow : class =>
        (Inserts ?? throw new InvalidOperationException("This context was opened to read.")).Add(row);

    protected sealed override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        if (Database.IsSqlite())
        {
            configurationBuilder.Properties<Guid>().HaveConversion<LowerCaseText>();
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcText>();
        }
        else
        {
            configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcMoment>();
        }
    }

    protected sealed override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Checkpoint>().HasKey(checkpoint => checkpoint.Build);
        Map(modelBuilder);
        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetTableName(JsonNamingPolicy.SnakeCaseLower.ConvertName(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
                property.ValueGenerated = Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.Never;
                if (property.ClrType.IsEnum)
                {
                    property.SetProviderClrType(typeof(string));
                }
            }
        }
    }

    /// <summary>Keys, indexes and what else the tables need.</summary>
    protected abstract void Map(ModelBuilder model);

    internal sealed class LowerCaseText() : ValueConverter<Guid, string>(id => id.ToString("D"), text => Guid.ParseExact(text, "D"));

    /// <summary>PostgreSQL takes moments in UTC only.</summary>
    private sealed class UtcMoment() : ValueConverter<DateTimeOffset, DateTimeOffset>(at => at.ToUniversalTime(), at => at);

    internal sealed class UtcText() : ValueConverter<DateTimeOffset, string>(
        at => at.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture),
        text => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture))
    {
        public const string Format = "yyyy-MM-ddTHH:mm:ss.fffffffZ";
    }
}
