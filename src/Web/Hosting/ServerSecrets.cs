using System.Security.Cryptography;
using System.Text;
using RandomChat.Infrastructure.Postgres;

namespace RandomChat.Web.Hosting;

/// <summary>
/// Keys for signing and for counting that must be the same after a restart and on every node: derived, one for each
/// purpose, from one secret that is made at the first start.
/// </summary>
/// <param name="root">32 random bytes.</param>
public sealed class ServerSecrets(byte[] root)
{
    private const int Length = 32;

    /// <summary>From a file of a folder of this node's own; the folder is made where it does not exist.</summary>
    public static ServerSecrets InFolder(string keysDirectory)
    {
        Directory.CreateDirectory(keysDirectory);
        var path = Path.Combine(keysDirectory, "server-secret");
        if (!File.Exists(path))
        {
            Make(path);
        }

        var root = File.ReadAllBytes(path);
        return root.Length == Length
            ? new(root)
            : throw new InvalidDataException($"{path} does not hold the {Length} bytes of a secret. Remove it to have a new one made; addresses and open challenges then count afresh.");
    }

    /// <summary>The one that all nodes on a database share.</summary>
    public static ServerSecrets Shared(PostgresSecrets secrets) => new(secrets.Random("server"));

    /// <summary>32 bytes that only this purpose has.</summary>
    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, root, Length, info: Encoding.UTF8.GetBytes(purpose));

    private static void Make(string path)
    {
        // Written beside and moved, so that a crash leaves no half of a secret; whoever comes second takes the first's.
        var draft = $"{path}.{Guid.NewGuid():N}";
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            create.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, create))
        {
            file.Write(RandomNumberGenerator.GetBytes(Length));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
