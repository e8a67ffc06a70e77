using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>Where the ring of master keys is read from: a file that is kept away from the key store's backups, or a setting.</summary>
public sealed class MasterKeySource
{
    /// <summary>Its name in the data directory unless a setting says otherwise.</summary>
    public const string DefaultName = "master.key";

    private const string FileSetting = "Sealing:MasterKeyFile";
    private const string Setting = "Sealing:MasterKey";
    private readonly string? text;

    private MasterKeySource(string? file, string? text) => (File, this.text) = (file, text);

    /// <summary>Its full path; null where it is a setting, which only whoever set it can change.</summary>
    public string? File { get; }

    /// <summary>As the beginning of a sentence.</summary>
    public string Name => File is { } file ? $"The master key file {file}" : $"The setting {Setting}";

    public bool IsThere => File is not { } file || System.IO.File.Exists(file);

    public static MasterKeySource OfFile(string file) => new(Path.GetFullPath(file), null);

    /// <summary><c>Sealing:MasterKey</c>, else <c>Sealing:MasterKeyFile</c>, else <c>master.key</c> in the data directory.</summary>
    /// <exception cref="SealingException">Both are set.</exception>
    public static MasterKeySource Of(IConfiguration settings, string dataDirectory) =>
        (Given(settings[Setting]), Given(settings[FileSetting])) switch
        {
            ({ }, { }) => throw new SealingException($"{Setting} and {FileSetting} are both set: which of them holds the master keys? Set one."),
            ({ } keys, null) => new(null, keys),
            (null, { } file) => OfFile(file),
            _ => OfFile(Path.Combine(dataDirectory, DefaultName)),
        };

    /// <exception cref="SealingException">It is lost, damaged, or cannot be read.</exception>
    public MasterKeyRing Read()
    {
        try
        {
            var bytes = File is { } file ? System.IO.File.ReadAllBytes(file) : Convert.FromBase64String(text!);
            var ring = MasterKeyRing.Read(bytes, Name);
            CryptographicOperations.ZeroMemory(bytes);
            return ring;
        }
        catch (FormatException unreadable)
        {
            throw new SealingException($"{Name} is not base64. It is the content of a master key file: base64 -w0 master.key", unreadable);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SealingException(
                $"{Name} is missing, but keys are stored that only it can open. Put the file back; a new one would make them unreadable.", absent);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new SealingException($"{Name} cannot be read: {unreadable.Message}", unreadable);
        }
    }

    /// <summary>Makes a file of one key where there is none.</summary>
    /// <exception cref="SealingException">It cannot be made.</exception>
    public void MakeWhereNone()
    {
        if (!IsThere)
        {
            Write(File!, MasterKeyRing.New(), overwrite: false);
        }
    }

    /// <summary>Writes a ring into a file, readable for its owner alone: all of it or, where that fails, none.</summary>
    /// <param name="overwrite">Else one that is there stays, also one that another process made in between.</param>
    /// <exception cref="SealingException">It cannot be written.</exception>
    public static void Write(string file, MasterKeyRing ring, bool overwrite)
    {
        var full = Path.GetFullPath(file);
        var draft = $"{full}.{Guid.NewGuid():N}.new";
        try
        {
            PrivateFolder.Make(Path.GetDirectoryName(full)!);
            using (var stream = new FileStream(draft, MasterKey.OwnersOnly(FileMode.CreateNew)))
            {
                stream.Write(ring.ToBytes());
                stream.Flush(flushToDisk: true);
            }

            if (overwrite)
            {
                System.IO.File.Move(draft, full, overwrite: true);
            }
            else
            {
                // Where another process was first its key is the one.
                NewFile.TryPlace(draft, full);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new SealingException($"The master key file {full} cannot be written: {refused.Message}", refused);
        }
        finally
        {
            if (System.IO.File.Exists(draft))
            {
                System.IO.File.Delete(draft);
            }
        }
    }

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
