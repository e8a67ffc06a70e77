using Microsoft.Data.Sqlite;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

public sealed class NothingIsLeftOnDiskTests
{
    private const string Secret = "wombat-Ünïque-plaintext-";

    [Fact]
    public async Task Plain_text_is_in_no_file_at_any_time()
    {
        await using var world = await SealingFixture.Ready();
        var visitor = Guid.NewGuid();
        var match = Guid.NewGuid();
        var texts = new List<string>();
        string Next(string kind)
        {
            texts.Add($"{Secret}{kind}-{texts.Count}");
            return texts[^1];
        }

        // What is sealed goes to a log beside the keys, as in the program; if plain text slipped through it would be found here.
        var log = Path.Combine(world.Directory, "log");
        async Task Record(string sealedText)
        {
            await File.AppendAllTextAsync(log, sealedText + "\n");
            foreach (var text in texts)
            {
                Assert.Empty(Disk.FilesWith(world.Directory, Disk.FormsOfText(text)));
            }
        }

        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        for (var round = 0; round < 5; round++)
        {
            await Record(world.Sealer.SealMessage(match, Guid.NewGuid(), world.Now, Next("message")));
            await Record(await world.Sealer.SealForVisitor(visitor, Next("visitor"), default));
            await Record(await world.Sealer.SealForCase(await world.Sealer.TakeCaseKey(default), Guid.NewGuid(), Next("case"), default));
            world.Time.Advance(TimeSpan.FromHours(1));
            await world.Run();
        }

        await world.Restart();
        await world.Run();
        await Record("after a restart");
        await world.Sealer.DestroyVisitorKey(visitor, default);
        world.Time.Advance(TimeSpan.FromDays(200));
        await world.Run();
        await Record("after everything was destroyed");
        await world.Stop();
        await Record("after the end");

        // The search itself finds what is there.
        await File.AppendAllTextAsync(log, Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("ab" + texts[0])));
        Assert.Equal(["log"], Disk.FilesWith(world.Directory, Disk.FormsOfText(texts[0])));
    }

    [Fact]
    public async Task What_was_wrapped_under_an_older_master_key_is_in_no_file_after_it_was_wrapped_anew()
    {
        await using var world = await SealingFixture.Ready();
        var visitor = Guid.NewGuid();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var before = (await world.Store.Get($"visitor-{visitor:D}", default))!.Wrapped.ToArray();
        Assert.NotEmpty(Disk.FilesWith(world.Directory, [before]));

        var source = MasterKeySource.OfFile(world.MasterKeyFile);
        var ring = source.Read().WithNew();
        MasterKeySource.Write(world.MasterKeyFile, ring.Promote(ring.Keys[^1]), overwrite: true);
        await new Rewrapping(new LocalMasterKeys(source), [world.Store]).Run(_ => { }, default);

        Assert.Empty(Disk.FilesWith(world.Directory, Disk.FormsOfKey(before)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_wrapped_key_is_found_before_its_destruction_and_nowhere_afterwards(bool anotherConnection)
    {
        await using var world = await SealingFixture.Ready();
        var visitor = Guid.NewGuid();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var caseKey = await world.Sealer.TakeCaseKey(default);
        await world.Run();
        await using var other = new SqliteConnection($"Data Source={world.KeysFile};Pooling=False");
        if (anotherConnection)
        {
            await other.OpenAsync();
            await using var command = other.CreateCommand();
            command.CommandText = "SELECT count(*) FROM keys";
            Assert.True((long)(await command.ExecuteScalarAsync())! > 0);
        }

        foreach (var (id, wait) in new[] { ("hour-20260301T100000", TimeSpan.FromDays(2)), ($"visitor-{visitor:D}", TimeSpan.FromDays(30)), (caseKey, TimeSpan.FromDays(180)) })
        {
            var wrapped = (await world.Store.Get(id, default))!.Wrapped.ToArray();
            Assert.NotEmpty(Disk.FilesWith(world.Directory, [wrapped]));

            world.Time.Advance(wait);
            var destruction = await world.Sealer.DestroyDue(default);
            Assert.Contains(id, destruction.Ids);
            Assert.True(destruction.Gone);
            Assert.Empty(Disk.FilesWith(world.Directory, Disk.FormsOfKey(wrapped)));
            Assert.True(File.Exists(world.KeysFile));
        }
    }

    [Fact]
    public async Task An_early_erasure_leaves_nothing_of_the_key_either()
    {
        await using var world = await SealingFixture.Ready();
        var visitor = Guid.NewGuid();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(60), default);
        var wrapped = (await world.Store.Get($"visitor-{visitor:D}", default))!.Wrapped.ToArray();
        Assert.NotEmpty(Disk.FilesWith(world.Directory, [wrapped]));
        Assert.True((await world.Sealer.DestroyVisitorKey(visitor, default)).Gone);
        Assert.Empty(Disk.FilesWith(world.Directory, Disk.FormsOfKey(wrapped)));
        await world.Stop();
        Assert.Empty(Disk.FilesWith(world.Directory, Disk.FormsOfKey(wrapped)));
    }
}
