using System.Security.Cryptography;
using System.Text;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Infrastructure.Tests.Sealing;

namespace RandomChat.Infrastructure.Tests.Secrets;

public sealed class SecretFilesTests : IDisposable
{
    private readonly string place = Directory.CreateTempSubdirectory("secrets-").FullName;

    private string Folder => Path.Combine(place, "keys");

    private string Master => Path.Combine(place, "master.key");

    public SecretFilesTests() => MasterKeySource.Write(Master, MasterKeyRing.New(), overwrite: false);

    [Fact]
    public async Task Whoever_asks_at_once_gets_the_same_and_no_file_tells_it()
    {
        var given = (await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => Convert.ToHexString(Files().Random("server")))))).Distinct().ToList() is [var one] ? one : string.Empty;
        Assert.NotEmpty(given);
        Files().AddText("data-protection", "key-1", "<key>plain words</key>");
        Files().AddText("data-protection", "key-1", "<key>never</key>");

        Assert.Equal(given, Convert.ToHexString(Files().Random("server")));
        Assert.NotEqual(given, Convert.ToHexString(Files().Random("server.2")));
        Assert.Equal(["server", "server.2"], Files().RandomNames().Order(StringComparer.Ordinal));
        Assert.Equal(["<key>plain words</key>"], Files().Texts("data-protection"));
        Assert.Empty(Files().Texts("others"));
        Assert.Empty(Disk.FilesWith(Folder, [.. Disk.FormsOfKey(Convert.FromHexString(given)), .. Disk.FormsOfText("plain words")]));
        Assert.Throws<ArgumentException>(() => Files().Random("../server"));
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }

        Files().RemoveRandom("server.2");
        Assert.Equal(["server"], Files().RandomNames());
        MasterKeySource.Write(Master, MasterKeyRing.New(), overwrite: true);
        Assert.Throws<SealingException>(() => Files().Random("server"));
    }

    [Fact]
    public void What_earlier_versions_kept_in_plain_is_read_and_then_wrapped()
    {
        var root = RandomNumberGenerator.GetBytes(32);
        Directory.CreateDirectory(Path.Combine(Folder, "data-protection"));
        File.WriteAllBytes(Path.Combine(Folder, "server-secret"), root);
        File.WriteAllText(Path.Combine(Folder, "data-protection", "key-1.xml"), "<key>plain words</key>");
        Files().AddText("data-protection", "key-2", "<key>later</key>");
        Assert.Equal(2, Files().PlainCount);

        for (var wrapped = 2; wrapped >= 0; wrapped -= 2)
        {
            Assert.Equal(root, Files().Random("server"));
            Assert.Equal(["server"], Files().RandomNames());
            Assert.Equal(["<key>later</key>", "<key>plain words</key>"], Files().Texts("data-protection").Order(StringComparer.Ordinal));
            Assert.Equal(wrapped, Files().WrapPlain());
        }

        Assert.Empty(Disk.FilesWith(Folder, [.. Disk.FormsOfKey(root), .. Disk.FormsOfText("plain words")]));
    }

    [Fact]
    public async Task They_are_wrapped_anew_like_everything_else()
    {
        byte[][] before = [Files().Random("server"), Files().Random("server.20260101T000000Z")];
        Files().AddText("data-protection", "key-1", "<key/>");
        var ring = MasterKeySource.OfFile(Master).Read().WithNew();
        MasterKeySource.Write(Master, ring.Promote(ring.Keys[^1]), overwrite: true);
        Assert.Equal(2, (await Files().Page(null, 2, default)).Count);

        Assert.Equal(3, (await new Rewrapping(new LocalMasterKeys(MasterKeySource.OfFile(Master)), [Files()]).Run(_ => { }, default)).Single().Rewrapped);
        MasterKeySource.Write(Master, ring.Without([ring.First]), overwrite: true);

        Assert.Equal(before, [Files().Random("server"), Files().Random("server.20260101T000000Z")]);
        Assert.Equal(["<key/>"], Files().Texts("data-protection"));
        Assert.Equal(0, await Files().Exchange([new("secret:random:gone", Encoding.UTF8.GetBytes("a"), Encoding.UTF8.GetBytes("b"))], default));
    }

    public void Dispose() => Directory.Delete(place, recursive: true);

    private SecretFiles Files() => new(Folder, () => new LocalMasterKeys(MasterKeySource.OfFile(Master)));
}
