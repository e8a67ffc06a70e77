using System.Runtime.Versioning;
using RandomChat.Infrastructure.Tests.EventStore;

namespace RandomChat.Infrastructure.Tests;

/// <summary>Who gets into a folder, by real file modes.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFolderTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
    private readonly TemporaryFolder root = new();

    public PrivateFolderTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such modes.");

    public void Dispose() => root.Dispose();

    [Fact]
    public void A_new_one_is_its_owners_alone_and_those_above_it_are_like_any_other()
    {
        PrivateFolder.Make(root.File("above/data"));
        Directory.CreateDirectory(root.File("any"));

        Assert.Equal(Owner, File.GetUnixFileMode(root.File("above/data")));
        Assert.Equal(File.GetUnixFileMode(root.File("any")), File.GetUnixFileMode(root.File("above")));
    }

    [Fact]
    public void One_that_is_there_stays_as_it_is()
    {
        Directory.CreateDirectory(root.File("data"), Owner | Group);

        PrivateFolder.Make(root.File("data"));

        Assert.Equal(Owner | Group, File.GetUnixFileMode(root.File("data")));
    }

    [Theory]
    [InlineData(Owner, false)]
    [InlineData(Owner | Group, false)]
    [InlineData(Owner | Group | Others, true)]
    [InlineData(Owner | UnixFileMode.OtherExecute, true)] // The names of the files are known.
    public void Others_are_whoever_is_neither_the_owner_nor_in_the_group(UnixFileMode mode, bool open)
    {
        File.SetUnixFileMode(root.File("."), Owner | Group | Others);
        Directory.CreateDirectory(root.File("data"));
        File.SetUnixFileMode(root.File("data"), mode);

        Assert.Equal(open, PrivateFolder.IsOpenToOthers(root.File("data")));

        File.SetUnixFileMode(root.File("."), Owner);
        Assert.False(PrivateFolder.IsOpenToOthers(root.File("data")), "nobody gets through the folder above it");
    }
}
