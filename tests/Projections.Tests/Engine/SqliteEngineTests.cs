using Microsoft.EntityFrameworkCore;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Tests.Engine;

public sealed class SqliteEngineTests : EngineContract
{
    private string Folder => Path.Combine(Log.Folder, "read");

    private protected override Task<IReadStore> Open() => Task.FromResult<IReadStore>(new SqliteReadStore(Folder));

    /// <summary>The lock belongs to the process: it goes with it.</summary>
    private protected override Task KillLeader(ProjectionRunner leader) => leader.StopAsync(default);

    [Fact]
    public async Task A_copy_taken_in_mid_batch_holds_a_whole_number_of_batches()
    {
        await Log.Traffic();
        var copy = Path.Combine(Log.Folder, "copy");
        Directory.CreateDirectory(copy);
        var seen = 0;
        var tallies = new Tallies(onMatch: _ =>
        {
            // What a crash at this instant would leave on disk.
            if (++seen == 30)
            {
                foreach (var file in Directory.GetFiles(Folder).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
                {
                    File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
                }
            }
        });
        await using (var live = await Store.BeginLive(tallies, default))
        {
            for (var end = 50L; end <= 400; end += 50)
            {
                await Rebuild.Fill(Log.Feed, [live], new FeedEnd.At(new(end)), null, default);
            }
        }

        await using var crashed = new SqliteReadStore(copy);
        var checkpoint = (await crashed.ReadCheckpoint(tallies, default))!;
        Assert.True(checkpoint.Position is > 0 and < 400 && checkpoint.Position % 50 == 0);
        await using var found = (TalliesDb)(await crashed.OpenReader(tallies, default))!;
        await using var whole = await Read(tallies);
        Assert.Equal(
            await whole.Matches.Where(match => match.Position <= checkpoint.Position).OrderBy(match => match.Position).ToListAsync(),
            await found.Matches.OrderBy(match => match.Position).ToListAsync());
    }

    [Fact]
    public async Task A_damaged_file_is_built_again_from_the_log()
    {
        await Log.Traffic();
        var tallies = new Tallies();
        await new Rebuild(Store, Log.Feed).Run([tallies], null, default);
        var file = Path.Combine(Folder, (await File.ReadAllTextAsync(Path.Combine(Folder, "tallies.live"))).Trim());
        await File.WriteAllTextAsync(file, "this is no database, and long enough to be sure of it: " + new string('x', 4096));

        using var runner = Log.Runner(Store, tallies);
        await runner.StartAsync(default);
        var end = Log.Store.End()!.Value.Value;
        await Eventually.Until(
            async () =>
            {
                try
                {
                    return (await Store.ReadCheckpoint(tallies, default))?.Position >= end;
                }
                catch (Application.Events.DependencyUnavailableException)
                {
                    return false;
                }
            },
            "it is built again");
        await runner.StopAsync(default);
        Assert.True((await new Verification(Store, Log.Feed).Run(tallies, null, default)).Same);
    }

    [Fact]
    public async Task Of_former_builds_nothing_is_left()
    {
        await Log.Traffic();
        for (var n = 0; n < 3; n++)
        {
            await new Rebuild(Store, Log.Feed).Run([new Tallies()], null, default);
        }

        Assert.True((await new Verification(Store, Log.Feed).Run(new Tallies(), null, default)).Same);
        Assert.Single(Directory.GetFiles(Folder, "*.db"));
    }
}
