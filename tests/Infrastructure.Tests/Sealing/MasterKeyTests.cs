using System.Security.Cryptography;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

public sealed class MasterKeyTests
{
    [Fact]
    public async Task It_is_made_once_and_readable_for_its_owner_alone()
    {
        await using var world = await SealingFixture.Ready();
        var made = await File.ReadAllBytesAsync(world.MasterKeyFile);
        Assert.Equal(32, made.Length);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(world.MasterKeyFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(world.KeysFile));
        }

        await world.Restart();
        await world.Sealer.EnsureReady(default);
        Assert.Equal(made, await File.ReadAllBytesAsync(world.MasterKeyFile));
        Assert.DoesNotContain(Directory.EnumerateFiles(world.Directory), file => file.EndsWith(".new", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(32)]
    public async Task A_lost_or_wrong_one_is_a_clear_error_and_changes_nothing(int? size)
    {
        await using var world = await SealingFixture.Ready();
        var match = Guid.NewGuid();
        var text = world.Sealer.SealMessage(match, match, world.Now, "kept");
        await world.Stop();
        var right = await File.ReadAllBytesAsync(world.MasterKeyFile);
        File.Delete(world.MasterKeyFile);
        if (size is { } length)
        {
            await File.WriteAllBytesAsync(world.MasterKeyFile, RandomNumberGenerator.GetBytes(length));
        }

        var before = Disk.Read(world.Directory);
        await world.Restart();
        var error = await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.EnsureReady(default));
        Assert.Contains(world.MasterKeyFile, error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.EnsureVisitorKey(match, world.Now.AddDays(1), default));
        await world.Stop();
        Assert.Equal(before, Disk.Read(world.Directory));

        await File.WriteAllBytesAsync(world.MasterKeyFile, right);
        await world.Restart();
        await world.Sealer.EnsureReady(default);
        Assert.Equal("kept", await world.Sealer.OpenMessage(match, match, text, default));
    }

    [Fact]
    public async Task It_may_lie_in_a_folder_of_its_own()
    {
        await using var world = new SealingFixture();
        var elsewhere = Path.Combine(world.Directory, "secrets", "deep", "m.key");
        using var sealer = new RandomChat.Infrastructure.Sealing.Sealer(world.Store, world.Options, elsewhere, world.Time);
        await sealer.EnsureReady(default);
        Assert.Equal(32, (await File.ReadAllBytesAsync(elsewhere)).Length);
        Assert.False(File.Exists(world.MasterKeyFile));
    }
}
