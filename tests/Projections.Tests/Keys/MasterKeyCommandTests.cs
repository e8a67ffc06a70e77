using System.Text.Json;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Projections.Tests.Commands;

namespace RandomChat.Projections.Tests.Keys;

/// <summary>The steps of the runbook as an operator takes them.</summary>
public sealed class MasterKeyCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("randomchat-keys-").FullName;

    private string File => Path.Combine(folder, "master.key");

    /// <summary>In the long run, for the fifteen programs that it starts.</summary>
    [Fact(Explicit = true)]
    public async Task A_rotation_goes_step_by_step_and_tells_which_key_does_what()
    {
        await using var store = new SqliteKeyStore(Path.Combine(folder, "keys.db"));
        using var sealer = new Sealer(store, new() { CasePool = 5 }, File, TimeProvider.System);
        await sealer.EnsureReady(default);
        var all = (await store.Page(null, 1_000, default)).Count;
        Directory.CreateDirectory(Path.Combine(folder, "keys"));
        await System.IO.File.WriteAllBytesAsync(Path.Combine(folder, "keys", "server-secret"), new byte[32]);
        var old = Ring.First.Fingerprint;

        Assert.Contains($"{old} wraps  {all} sealing keys", (await Run(0, "status")).Output, StringComparison.Ordinal);
        Assert.Contains("wraps already", (await Run(1, "promote", old)).Error, StringComparison.Ordinal);
        Assert.Contains("wraps: it stays", (await Run(1, "retire")).Error, StringComparison.Ordinal);

        await Run(0, "add");
        var added = Ring.Keys[1].Fingerprint;
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        }

        Assert.Equal(old, Ring.First.Fingerprint);
        await Run(2, "promote");
        await Run(0, "promote", added);
        Assert.Equal(added, Ring.First.Fingerprint);
        Assert.Contains("still opens", (await Run(1, "retire")).Error, StringComparison.Ordinal);
        Assert.Equal(2, Ring.Keys.Count);

        // Back, and forth again.
        await Run(0, "promote", old);
        Assert.Equal(old, Ring.First.Fingerprint);
        await Run(2, "promote", "00000000");
        await Run(0, "promote", added);

        Assert.Contains("1 secrets of the server lie in plain", (await Run(0, "status")).Output, StringComparison.Ordinal);
        var rewrapped = await Run(0, "rewrap");
        Assert.Contains($"{all} sealing keys wrapped anew", rewrapped.Output, StringComparison.Ordinal);
        Assert.StartsWith("1 secrets of the server that earlier versions kept in plain", rewrapped.Output, StringComparison.Ordinal);
        Assert.False(System.IO.File.Exists(Path.Combine(folder, "keys", "server-secret")));
        Assert.StartsWith("0 sealing keys", (await Run(0, "rewrap")).Output, StringComparison.Ordinal);
        var status = JsonDocument.Parse((await Run(0, "status", "--json")).Output).RootElement.GetProperty("masterKeys").EnumerateArray().ToList();
        Assert.Equal([(added, true, all), (old, false, 0)], status.Select(key => (
            key.GetProperty("fingerprint").GetString()!, key.GetProperty("wraps").GetBoolean(), key.GetProperty("opens").GetProperty("sealing keys").GetInt32())));

        // Where the file is mounted read-only a new one is written, and the one in use stays.
        var output = Path.Combine(folder, "next.key");
        Assert.Contains($"Then:{Environment.NewLine}{old} was taken out", (await Run(0, "retire", "--out", output)).Output, StringComparison.Ordinal);
        Assert.Equal(2, Ring.Keys.Count);
        Assert.Equal(added, Assert.Single(MasterKeySource.OfFile(output).Read().Keys).Fingerprint);
        await Run(1, "retire", "--out", output);
        await Run(0, "retire");
        Assert.Equal(added, Assert.Single(Ring.Keys).Fingerprint);

        MasterKeySource.Write(File, MasterKeyRing.New(), overwrite: true);
        Assert.Contains("opens with none", (await Run(1, "status")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_promotion_that_was_forgotten_is_said_and_costs_no_key()
    {
        await using var store = new SqliteKeyStore(Path.Combine(folder, "keys.db"));
        using var sealer = new Sealer(store, new() { CasePool = 5 }, File, TimeProvider.System);
        await sealer.EnsureReady(default);
        var old = Ring.First.Fingerprint;
        await Run(0, "add");
        var added = Ring.Keys[1].Fingerprint;
        var next = $"keys promote {added}, then keys rewrap";

        Assert.Contains($"{added} is not promoted yet  0 sealing keys", (await Run(0, "status")).Output, StringComparison.Ordinal);
        var rewrapped = (await Run(0, "rewrap")).Output;
        Assert.Contains($"0 sealing keys wrapped anew under {old}", rewrapped, StringComparison.Ordinal);
        Assert.Contains(next, rewrapped, StringComparison.Ordinal);
        var retired = await Run(1, "retire");
        Assert.StartsWith("Nothing was taken out", retired.Error, StringComparison.Ordinal);
        Assert.Contains(next, retired.Error, StringComparison.Ordinal);
        Assert.Contains(next, (await Run(1, "retire", old)).Error, StringComparison.Ordinal);
        Assert.Equal([old, added], Ring.Keys.Select(key => key.Fingerprint));

        // What it says to run is what is missing.
        await Run(0, "promote", added);
        Assert.DoesNotContain("promote", (await Run(0, "rewrap")).Output, StringComparison.Ordinal);
        Assert.Contains($"{old} was taken out", (await Run(0, "retire")).Output, StringComparison.Ordinal);
        Assert.Equal(added, Assert.Single(Ring.Keys).Fingerprint);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private MasterKeyRing Ring => MasterKeySource.OfFile(File).Read();

    private async Task<(string Output, string Error)> Run(int code, params string[] arguments)
    {
        var (ended, output, error) = await Cli.Run(folder, folder, ["keys", .. arguments]);
        Assert.True(ended == code, $"keys {string.Join(' ', arguments)} ended with {ended}.\n{output}\n{error}");
        foreach (var key in System.IO.File.Exists(File) ? Ring.ToBytes().Chunk(32) : [])
        {
            Assert.DoesNotContain(Convert.ToHexString(key), output + error, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(key)[..40], output + error, StringComparison.Ordinal);
        }

        return (output, error);
    }
}
