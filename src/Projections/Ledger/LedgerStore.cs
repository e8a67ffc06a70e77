using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Configuration;
using Npgsql;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Migrations;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Settings;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Ledger;

/// <summary>
/// Where the ledger lies: in Postgres where that is used, else in <c>ledger.db</c> of the data directory. It is only ever
/// added to.
/// </summary>
internal sealed class LedgerStore : IAsyncDisposable
{
    private const string Scripts = ".Ledger.Migrations.";
    private const int Page = 5_000;

    private readonly DbContextOptions<LedgerDb> options;
    private readonly ISchemaMigrations migrations;
    private readonly Func<CancellationToken, Task<Lead?>> tryLead;
    private readonly Func<string, CancellationToken, Task<string>> setAside;
    private readonly NpgsqlDataSource? source;

    private LedgerStore(
        string dependency, DbContextOptions<LedgerDb> options, ISchemaMigrations migrations, Func<CancellationToken, Task<Lead?>> tryLead,
        Func<string, CancellationToken, Task<string>> setAside, NpgsqlDataSource? source = null) =>
        (Dependency, this.options, this.migrations, this.tryLead, this.setAside, this.source) = (dependency, options, migrations, tryLead, setAside, source);

    /// <summary>Its name in answers while it cannot be used.</summary>
    public string Dependency { get; }

    public static LedgerStore Open(IConfiguration settings, TimeProvider time) => settings.PostgresConnection() is { } postgres
        ? InPostgres(postgres, time)
        : InFile(Path.Combine(RandomChatSettings.DataDirectory(settings), "ledger.db"));

    public static LedgerStore InFile(string file)
    {
        const string Name = "ledger";
        var scripts = new MigrationScripts(typeof(LedgerStore).Assembly, Scripts, ".sqlite.sql");

        // One process has the data directory: nobody else is there to lead.
        return new(
            Name, new DbContextOptionsBuilder<LedgerDb>().UseSqlite($"Data Source={file};Pooling=False").Options,
            new SqliteMigrations(file, Name, scripts), _ => Task.FromResult<Lead?>(new Alone()),
            (name, _) =>
            {
                // Whoever closes a file last takes its write-ahead log into it: while there is one, somebody reads.
                var aside = Path.ChangeExtension(file, $".{name}.db");
                if (File.Exists(file + "-wal"))
                {
                    throw new DependencyUnavailableException(Name, new IOException($"{file} is being read."));
                }

                File.Move(file, aside);
                return Task.FromResult(aside);
            });
    }

    public static LedgerStore InPostgres(string connection, TimeProvider time)
    {
        var source = NpgsqlDataSource.Create(connection);
        var scripts = new MigrationScripts(typeof(LedgerStore).Assembly, Scripts, ".postgres.sql");
        return new(
            "postgres", new DbContextOptionsBuilder<LedgerDb>().UseNpgsql(source).Options,
            new PostgresMigrations(source, LedgerDb.Schema, scripts), async ct => await PostgresLock.TryTake(connection, "ledger", time, ct),
            async (name, ct) =>
            {
                var aside = $"{LedgerDb.Schema}_{name}";
                await using var rename = source.CreateCommand($"ALTER SCHEMA {LedgerDb.Schema} RENAME TO {aside}");
                await rename.ExecuteNonQueryAsync(ct);
                return aside;
            },
            source);
    }

    /// <summary>Makes the tables, or brings them up to date.</summary>
    /// <exception cref="MigrationException">They are damaged or newer than this program.</exception>
    /// <exception cref="DependencyUnavailableException">They cannot be reached.</exception>
    public Task Prepare(CancellationToken ct) => migrations.Apply(ct);

    /// <summary>Puts the whole ledger aside under a name of its own and begins an empty one; for who leads.</summary>
    /// <returns>Where it is now: a file, or a schema.</returns>
    public async Task<string> SetAside(string name, CancellationToken ct)
    {
        var aside = await Outages.Named(Dependency, () => setAside(name, ct));
        await Prepare(ct);
        return aside;
    }

    /// <summary>Whether that event of that stream was taken in, whatever has become of what it says.</summary>
    public Task<bool> Has(LedgerEntry one, CancellationToken ct) => Ask(db => db.Entries.AnyAsync(
        entry => entry.Position == one.Position && entry.Stream == one.Stream && entry.Revision == one.Revision, ct));

    /// <summary>Becomes the one that writes; null while another node does.</summary>
    public Task<Lead?> TryLead(CancellationToken ct) => Outages.Named(Dependency, () => tryLead(ct));

    /// <summary>How far it has come.</summary>
    /// <exception cref="DependencyUnavailableException">It cannot be read now, or there is none.</exception>
    public Task<LedgerHead> Head(CancellationToken ct) =>
        Ask(async db => await db.Heads.AsNoTracking().SingleOrDefaultAsync(ct) ?? new LedgerHead());

    /// <summary>Adds entries in one transaction.</summary>
    /// <param name="from">The head that they build on.</param>
    /// <returns>The head after them.</returns>
    /// <exception cref="DependencyUnavailableException">It cannot be written now, or somebody else wrote: nothing was added.</exception>
    public async Task<LedgerHead> Append(LedgerHead from, IReadOnlyList<LedgerEntry> entries, CancellationToken ct)
    {
        var hash = from.Hash;
        foreach (var entry in entries)
        {
            hash = HashChain.Next(hash, entry);
        }

        var next = new LedgerHead { Position = entries[^1].Position, Events = from.Events + entries.Count, Hash = hash };
        return await Ask(async db =>
        {
            db.ChangeTracker.AutoDetectChangesEnabled = false;
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            if (from.Events == 0)
            {
                db.Heads.Add(next);
            }
            else
            {
                var row = db.Heads.Attach(new() { Position = from.Position, Events = from.Events, Hash = from.Hash });
                row.CurrentValues.SetValues(next);
                row.DetectChanges();
            }

            try
            {
                await db.SaveChangesAsync(ct);
            }
            catch (DbUpdateConcurrencyException e)
            {
                throw new DependencyUnavailableException(Dependency, e);
            }

            // Every message is an entry: as entities they would cost more than all else that is done for it here.
            using var inserts = new RowInserts(mayBeThere: false);
            foreach (var entry in entries)
            {
                inserts.Add(entry);
            }

            await inserts.Flush(db, transaction.GetDbTransaction(), ct);
            await transaction.CommitAsync(ct);
            return next;
        });
    }

    /// <summary>The entries up to a position, in their order.</summary>
    public async IAsyncEnumerable<LedgerEntry> Entries(long until, [EnumeratorCancellation] CancellationToken ct)
    {
        var after = long.MinValue;
        while (true)
        {
            var from = after;
            var page = await Ask(db => db.Entries.AsNoTracking().Where(entry => entry.Position > from && entry.Position <= until)
                .OrderBy(entry => entry.Position).Take(Page).ToListAsync(ct));
            foreach (var entry in page)
            {
                yield return entry;
            }

            if (page.Count < Page)
            {
                yield break;
            }

            after = page[^1].Position;
        }
    }

    /// <summary>Where it was published last; null where never.</summary>
    public Task<LedgerAnchor?> LastAnchor(CancellationToken ct) =>
        Ask(db => db.Anchors.AsNoTracking().OrderByDescending(anchor => anchor.Position).FirstOrDefaultAsync(ct));

    /// <summary>What was published, oldest first.</summary>
    /// <param name="after">A position; null: from the first one on.</param>
    public Task<List<LedgerAnchor>> Anchors(long? after, int limit, CancellationToken ct) => Ask(db => db.Anchors.AsNoTracking()
        .Where(anchor => after == null || anchor.Position > after).OrderBy(anchor => anchor.Position).Take(limit).ToListAsync(ct));

    /// <summary>The same, the latest first.</summary>
    /// <param name="before">A position; null: from the last one on.</param>
    public Task<List<LedgerAnchor>> LatestAnchors(long? before, int limit, CancellationToken ct) => Ask(db => db.Anchors.AsNoTracking()
        .Where(anchor => before == null || anchor.Position < before).OrderByDescending(anchor => anchor.Position).Take(limit).ToListAsync(ct));

    public Task Add(LedgerAnchor anchor, CancellationToken ct) => Ask(async db =>
    {
        db.Anchors.Add(anchor);
        return await db.SaveChangesAsync(ct);
    });

    public Task Add(AuditRecord audit, CancellationToken ct) => Ask(async db =>
    {
        db.Audits.Add(audit);
        return await db.SaveChangesAsync(ct);
    });

    /// <summary>The last audit; null where there was none.</summary>
    public Task<AuditRecord?> LastAudit(CancellationToken ct) =>
        Ask(db => db.Audits.AsNoTracking().OrderByDescending(audit => audit.Id).FirstOrDefaultAsync(ct));

    public async ValueTask DisposeAsync()
    {
        if (source is not null)
        {
            await source.DisposeAsync();
        }
    }

    private Task<T> Ask<T>(Func<LedgerDb, Task<T>> question) => Outages.Named(Dependency, async () =>
    {
        await using var db = new LedgerDb(options);
        return await question(db);
    });

    private sealed class Alone : Lead
    {
        public override CancellationToken Lost => CancellationToken.None;

        public override ValueTask DisposeAsync() => default;
    }
}
