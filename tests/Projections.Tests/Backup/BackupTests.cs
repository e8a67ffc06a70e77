using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure;
using RandomChat.Infrastructure.Backup;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections.Backup;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Tests.Commands;
using RandomChat.Projections.Tests.Engine;

namespace RandomChat.Projections.Tests.Backup;

/// <summary>Backups of a data directory and what becomes of them, without a server.</summary>
public sealed class BackupTests : IAsyncLifetime
{
    private readonly TestLog log = new();
    private readonly string place = Directory.CreateTempSubdirectory("randomchat-backup-").FullName;
    private readonly Guid ada = Guid.NewGuid();
    private string sealedName = null!;
    private BackupKey key = null!;

    private DataFolder Data => new(log.Folder, Path.Combine(place, "data.anchors.ndjson"), Path.Combine(place, "data.tombstones.ndjson"), null);

    /// <summary>Where nothing is yet.</summary>
    private DataFolder Elsewhere => new(
        Path.Combine(place, "new", "data"), Path.Combine(place, "new", "data.anchors.ndjson"), Path.Combine(place, "new", "data.tombstones.ndjson"), null);

    private string Folder => Path.Combine(place, "backups", "one");

    private RestoreOrder Order => new(Folder, Data.TombstoneFile, false, Data.File("master.key"), false);

    public async ValueTask InitializeAsync()
    {
        key = BackupKey.Make(Path.Combine(place, "backup.key"));
        await log.Traffic(10);
        await using var store = LedgerStore.InFile(Data.File("ledger.db"));
        await store.Prepare(default);
        using var keeper = new LedgerKeeper(
            new(log.Store), store, new(Data.AnchorFile), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeProvider.System, NullLogger<LedgerKeeper>.Instance);
        await keeper.StartAsync(default);
        await Eventually.Until(async () => (await store.Head(default)).Position >= log.Store.End()!.Value.Value, "the ledger is written");
        await keeper.StopAsync(default);
        await using var read = new SqliteReadStore(Data.File("read"));
        await new Rebuild(read, log.Feed).Run(ProjectionsSetup.All, _ => { }, default);

        new TombstoneFile(Data.TombstoneFile, TimeProvider.System).Open();
        await using var keys = new SqliteKeyStore(Data.File("keys.db"));
        using var sealer = new Sealer(keys, new() { CasePool = 5 }, Data.File("master.key"), TimeProvider.System);
        await sealer.EnsureReady(default);
        await sealer.EnsureVisitorKey(ada, DateTimeOffset.UtcNow.AddDays(30), default);
        sealedName = await sealer.SealForVisitor(ada, "Ada", default);
        Directory.CreateDirectory(Data.File("keys/data-protection"));
        await File.WriteAllTextAsync(Data.File("keys/server-secret"), "a secret of the server");
        await File.WriteAllTextAsync(Data.File("keys/data-protection/key-1.xml"), "<key/>");
        await Accounts(Data.File("accounts.db"), ada);
    }

    public async ValueTask DisposeAsync()
    {
        await log.DisposeAsync();
        Directory.Delete(place, recursive: true);
    }

    [Fact]
    public async Task What_is_put_back_is_what_was_there_and_audit_and_verify_say_so()
    {
        var manifest = Take();
        Assert.Equal(
            ["accounts.sealed", "anchors.ndjson", "events.db", "keys.sealed", "ledger.db", "manifest.json", "manifest.signature", "tombstones.ndjson"],
            Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal((log.Store.End()!.Value.Value, 6), (manifest.Position, manifest.ReadModels.Count));
        Assert.All(manifest.ReadModels.Select(model => model.Position).Append(manifest.LedgerPosition), position => Assert.Equal(manifest.Position, position));

        // Nothing of keys and accounts lies there in clear.
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file));
            Assert.All(
                ["a secret of the server", "holder of the account", $"CREATE TABLE keys", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Data.File("master.key")))],
                secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        }

        var restored = await Restore(Elsewhere, Order);

        Assert.Equal((null, null, 0, 0), (restored.Former, restored.AnchorsAside, restored.KeysDestroyed, restored.AccountsDeleted));
        Assert.Equal("Ada", await Open(Elsewhere));
        Assert.Equal("a secret of the server", await File.ReadAllTextAsync(Elsewhere.File("keys/server-secret")));
        Assert.Equal("<key/>", await File.ReadAllTextAsync(Elsewhere.File("keys/data-protection/key-1.xml")));
        Assert.Equal(1, DatabaseCopy.Number(Elsewhere.File("accounts.db"), "SELECT count(*) FROM holders"));
        var (audit, said, _) = await Cli.Run(Elsewhere.Path, place, "audit");
        Assert.True(audit == 0 && said.Contains("1 anchors compared", StringComparison.Ordinal), said);
        var (verify, compared, _) = await Cli.Run(Elsewhere.Path, place, "verify");
        Assert.True(verify == 0, compared);
        await using (var events = SqliteEventStore.Open(Elsewhere.File("events.db"), TimeProvider.System))
        {
            // A server goes on with it, and readers are in no writer's way.
            Assert.Equal(log.Store.End(), events.End());
            await using var copied = new SqliteConnection($"Data Source={events.File};Pooling=False");
            await copied.OpenAsync();
            Assert.Equal("wal", await Scalar(copied, "PRAGMA journal_mode"));
        }

        var again = Assert.Throws<BackupException>(() => Take());
        Assert.Contains("is there already", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_of_which_anything_was_changed_is_refused_and_nothing_is_touched()
    {
        var manifest = Take();
        foreach (var name in manifest.Files.Select(file => file.Name).Append("manifest.json").Append("manifest.signature").ToList())
        {
            var (path, whole) = (Path.Combine(Folder, name), await File.ReadAllBytesAsync(Path.Combine(Folder, name)));
            foreach (var changed in new[] { Flipped(whole), whole[..^1], null })
            {
                File.Delete(path);
                if (changed is not null)
                {
                    await File.WriteAllBytesAsync(path, changed);
                }

                await Assert.ThrowsAsync<BackupException>(() => Restore(Elsewhere, Order));
                await File.WriteAllBytesAsync(path, whole);
            }
        }

        await File.WriteAllTextAsync(Path.Combine(Folder, "read", "more.live"), "more.db");
        await Assert.ThrowsAsync<BackupException>(() => Restore(Elsewhere, Order));
        File.Delete(Path.Combine(Folder, "read", "more.live"));

        var other = BackupKey.Make(Path.Combine(place, "other.key"));
        var wrongKey = await Assert.ThrowsAsync<BackupException>(() => new RestoreBackup(Elsewhere, other, TimeProvider.System).Run(Order, _ => { }, default));
        Assert.StartsWith($"The key file {other.File} is not the one that the backup {Folder} was made with", wrongKey.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(Elsewhere.Path)));
        await Restore(Elsewhere, Order);
    }

    [Fact]
    public async Task Cancelled_at_any_part_nothing_is_left_that_looks_whole_and_it_can_be_run_again()
    {
        var parts = 0;
        Take(to: Path.Combine(place, "counted"), passed: _ => parts++);
        for (var part = 1; part < parts; part += Math.Max(1, parts / 8))
        {
            using var cancel = new CancellationTokenSource();
            var left = part;
            Assert.ThrowsAny<OperationCanceledException>(() => Take(passed: _ => CancelAt(cancel, ref left), ct: cancel.Token));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(Folder)!));
        }

        Take();
        parts = 0;
        await Restore(Elsewhere, Order, _ => parts++);
        Directory.Delete(Path.GetDirectoryName(Elsewhere.Path)!, recursive: true);
        for (var part = 1; part < parts; part += Math.Max(1, parts / 8))
        {
            using var cancel = new CancellationTokenSource();
            var left = part;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Restore(Elsewhere, Order, _ => CancelAt(cancel, ref left), cancel.Token));
            Assert.False(Directory.Exists(Elsewhere.Path));
            Assert.False(Directory.Exists(Elsewhere.Path + ".restoring"));
        }

        // Killed in the middle: what it left is thrown away by the next run.
        Directory.CreateDirectory(Elsewhere.Path + ".restoring");
        await File.WriteAllTextAsync(Elsewhere.Path + ".restoring/events.db", "half");
        await Restore(Elsewhere, Order);
        Assert.Equal("Ada", await Open(Elsewhere));
    }

    [Fact]
    public async Task A_folder_that_holds_something_is_moved_aside_if_that_is_said_and_never_while_a_server_runs()
    {
        Take();
        await log.Traffic(3);
        await using (var store = LedgerStore.InFile(Data.File("ledger.db")))
        {
            using var keeper = new LedgerKeeper(
                new(log.Store), store, new(Data.AnchorFile), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeProvider.System, NullLogger<LedgerKeeper>.Instance);
            await keeper.StartAsync(default);
            await Eventually.Until(async () => (await store.Head(default)).Position >= log.Store.End()!.Value.Value, "the ledger is written");
            await keeper.StopAsync(default);
        }

        var order = Order with { Tombstones = null, MasterKeyFile = null };
        using (DataDirectoryLock.Take(Data.Path))
        {
            await Assert.ThrowsAsync<DataDirectoryException>(() => Restore(Data, order with { Replace = true }));
        }

        var refused = await Assert.ThrowsAsync<BackupException>(() => Restore(Data, order));
        Assert.Contains("is not empty", refused.Message, StringComparison.Ordinal);

        var restored = await Restore(Data, order with { Replace = true });

        // The master key came along; the later anchor, which does not fit any more, is kept beside.
        Assert.Equal("Ada", await Open(Data));
        Assert.Equal((1, 2), (new AnchorFile(Data.AnchorFile).Read().Count, new AnchorFile(restored.AnchorsAside!).Read().Count));
        var (audit, said, _) = await Cli.Run(Data.Path, place, "audit", $"--Ledger:AnchorFile={Data.AnchorFile}");
        Assert.True(audit == 0, said);
        Assert.True(File.Exists(Path.Combine(restored.Former!, "events.db")));
        Directory.Delete(restored.Former!, recursive: true);
    }

    [Fact]
    public async Task Whoever_was_erased_since_stays_erased_and_without_the_right_list_nothing_is_put_back()
    {
        Take();
        var before = Path.Combine(place, "older");
        File.Copy(Data.TombstoneFile, before);
        var list = new TombstoneFile(Data.TombstoneFile, TimeProvider.System);
        list.Add([new($"visitor-{ada:D}", TombstoneState.Destroyed, null, DateTimeOffset.UtcNow)]);
        Take(to: Path.Combine(place, "second"));

        foreach (var wrong in new[] { null, Path.Combine(place, "none"), key.File })
        {
            await Assert.ThrowsAnyAsync<Exception>(() => Restore(Elsewhere, Order with { Tombstones = wrong }));
        }

        var older = await Assert.ThrowsAsync<BackupException>(() => Restore(Elsewhere, Order with { From = Path.Combine(place, "second"), Tombstones = before }));
        Assert.Contains("or an older copy of it", older.Message, StringComparison.Ordinal);
        new TombstoneFile(Path.Combine(place, "another"), TimeProvider.System).Open();
        await Assert.ThrowsAsync<BackupException>(() => Restore(Elsewhere, Order with { Tombstones = Path.Combine(place, "another") }));
        Assert.False(Directory.Exists(Elsewhere.Path));

        var restored = await Restore(Elsewhere, Order);

        Assert.Equal((1, 1), (restored.KeysDestroyed, restored.AccountsDeleted));
        Assert.Null(await Open(Elsewhere));
        Assert.DoesNotContain("holder of the account", Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Elsewhere.File("accounts.db"))), StringComparison.Ordinal);
        Assert.Equal([ada], new TombstoneFile(Elsewhere.TombstoneFile, TimeProvider.System).Read()!.ErasedVisitors);
        Assert.Equal(list.Read()!.Id, new TombstoneFile(Elsewhere.TombstoneFile, TimeProvider.System).Read()!.Id);

        // Where the list is lost: what the backup knows of it, and no more.
        Directory.Delete(Path.GetDirectoryName(Elsewhere.Path)!, recursive: true);
        await Restore(Elsewhere, Order with { Tombstones = null, WithoutTombstones = true });
        Assert.Equal("Ada", await Open(Elsewhere));
        Directory.Delete(Path.GetDirectoryName(Elsewhere.Path)!, recursive: true);
        await Restore(Elsewhere, Order with { From = Path.Combine(place, "second"), Tombstones = null, WithoutTombstones = true });
        Assert.Null(await Open(Elsewhere));
    }

    [Fact]
    public async Task The_master_key_is_in_a_backup_if_that_is_said_and_another_one_is_refused()
    {
        Take();
        var lost = await Assert.ThrowsAsync<BackupException>(() => Restore(Elsewhere, Order with { MasterKeyFile = null }));
        Assert.Contains("--master-key-file", lost.Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(Path.Combine(place, "other-master"), new byte[32]);
        await Assert.ThrowsAsync<SealingException>(() => Restore(Elsewhere, Order with { MasterKeyFile = Path.Combine(place, "other-master") }));
        Assert.False(Directory.Exists(Elsewhere.Path));

        var with = Path.Combine(place, "with");
        Assert.True(Take(to: with, withMasterKey: true).HoldsMasterKey);
        await Restore(Elsewhere, Order with { From = with, MasterKeyFile = null });
        Assert.Equal("Ada", await Open(Elsewhere));

        // In a place of its own it stays there, and no copy of it lies in the folder.
        var apart = Elsewhere with { Path = Path.Combine(place, "apart"), MasterKeyFile = Path.Combine(place, "secrets.master") };
        await Restore(apart, Order with { From = with, MasterKeyFile = null });
        Assert.True(File.Exists(apart.MasterKeyFile));
        Assert.False(File.Exists(apart.File("master.key")));
    }

    [Fact]
    public async Task A_backup_from_before_a_rotation_is_put_back_with_the_master_key_that_was_in_use_then()
    {
        var retired = Path.Combine(place, "retired.key");
        File.Copy(Data.File("master.key"), retired);
        var (old, before) = (MasterKeySource.OfFile(retired).Read(), Path.Combine(place, "before"));
        Take(to: before);
        var anew = MasterKeyRing.New();
        await using (var keys = new SqliteKeyStore(Data.File("keys.db")))
        {
            MasterKeySource.Write(Data.File("master.key"), anew.With(old.Keys), overwrite: true);
            await new Rewrapping(new LocalMasterKeys(Data.MasterKeys), [keys]).Run(_ => { }, default);
            MasterKeySource.Write(Data.File("master.key"), anew, overwrite: true);
        }

        Take();
        var order = Order with { MasterKeyFile = null, Replace = true };
        await Assert.ThrowsAsync<SealingException>(() => Restore(Data, order with { From = before }));
        await Restore(Data, order with { From = before, MasterKeyFile = retired });
        Assert.Equal("Ada", await Open(Data));
        RemoveFormer();

        // The one in use still wraps, and the old one only opens, until the next rewrap.
        Assert.True(Data.MasterKeys.Read().IsSame(anew.With(old.Keys)));
        await Restore(Data, order);
        Assert.Equal("Ada", await Open(Data));
        RemoveFormer();
    }

    [Fact]
    public async Task The_verbs_end_with_codes_and_sentences()
    {
        var made = Path.Combine(place, "made.key");
        Assert.Equal(0, (await Cli.Run(Data.Path, place, "backup-key", "--out", made)).Code);
        Assert.Equal(1, (await Cli.Run(Data.Path, place, "backup-key", "--out", made)).Code);
        string[] outside = [$"--Ledger:AnchorFile={Data.AnchorFile}", $"--Sealing:TombstoneFile={Data.TombstoneFile}"];
        var (code, output, error) = await Cli.Run(Data.Path, place, ["backup", "--to", Folder, "--key-file", made, .. outside]);
        Assert.True(code == 0, error);
        Assert.Contains("The master key is not in it", output, StringComparison.Ordinal);
        var engines = await Cli.Run(Data.Path, place, "backup", "--to", Folder + "2", "--key-file", made, "--ConnectionStrings:Postgres=Host=nowhere");
        Assert.Equal(2, engines.Code);
        Assert.Contains("only embedded stores", engines.Error, StringComparison.Ordinal);
        var running = DataDirectoryLock.Take(Data.Path);
        Assert.Equal(3, (await Cli.Run(Data.Path, place, ["restore", "--from", Folder, "--key-file", made, "--replace", .. outside])).Code);
        running.Dispose();
        Assert.Equal(1, (await Cli.Run(Data.Path, place, ["restore", "--from", Folder, "--key-file", key.File, "--replace", .. outside])).Code);
        Assert.Equal(0, (await Cli.Run(Data.Path, place, ["restore", "--from", Folder, "--key-file", made, "--replace", .. outside])).Code);
        RemoveFormer();
    }

    private void RemoveFormer() => Directory.GetDirectories(Path.GetDirectoryName(Data.Path)!, Path.GetFileName(Data.Path) + ".before-*").ToList()
        .ForEach(former => Directory.Delete(former, recursive: true));

    private BackupManifest Take(string? to = null, bool withMasterKey = false, Action<long>? passed = null, CancellationToken ct = default) =>
        new TakeBackup(Data, key, TimeProvider.System).Run(to ?? Folder, withMasterKey, passed ?? (_ => { }), ct);

    private Task<Restored> Restore(DataFolder into, RestoreOrder order, Action<long>? passed = null, CancellationToken ct = default) =>
        new RestoreBackup(into, key, TimeProvider.System).Run(order, passed ?? (_ => { }), ct);

    /// <summary>What a server there would read of Ada's name.</summary>
    private async Task<string?> Open(DataFolder data)
    {
        await using var keys = new SqliteKeyStore(data.File("keys.db"));
        using var sealer = new Sealer(keys, new() { CasePool = 5 }, data.File("master.key"), TimeProvider.System);
        return await sealer.OpenForVisitor(ada, sealedName, default);
    }

    private static void CancelAt(CancellationTokenSource cancel, ref int left)
    {
        if (--left == 0)
        {
            cancel.Cancel();
        }
    }

    private static byte[] Flipped(byte[] whole)
    {
        var changed = whole.ToArray();
        changed[whole.Length / 2] ^= 1;
        return changed;
    }

    private static async Task Accounts(string file, Guid holder)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "CREATE TABLE holders (id TEXT PRIMARY KEY, user_name TEXT NOT NULL); INSERT INTO holders VALUES ($id, 'holder of the account')";
        command.Parameters.AddWithValue("$id", holder);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string?> Scalar(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string?)await command.ExecuteScalarAsync();
    }
}
