using System.Security.Cryptography;
using System.Text;

namespace RandomChat.Web.Hosting;

/// <summary>
/// Keys for signing and for counting that must be the same after a restart: derived, one for each purpose, from one
/// secret in the data directory that is made at the first start.
/// </summary>
public sealed class ServerSecrets
{
    private const int Length = 32;
    private readonly byte[] root;

    /// <param name="keysDirectory">Made where it does not exist.</param>
    public ServerSecrets(string keysDirectory)
    {
        Directory.CreateDirectory(keysDirectory);
        var path = Path.Combine(keysDirectory, "server-secret");
        if (!File.Exists(path))
        {
            Make(path);
        }

        root = File.ReadAllBytes(path);
        if (root.Length != Length)
        {
            throw new InvalidDataException($"{path} does not hold the {Length} bytes of a secret. Remove it to have a new one made; addresses and open challenges then count afresh.");
        }
    }

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
