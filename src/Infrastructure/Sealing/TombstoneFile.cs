using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>
/// The list of keys that are destroyed for good, in a file outside the data directory, so that putting back an older copy of
/// that folder does not take the list back too. A JSON object a line, only ever added to; the first line names the list.
/// Several processes may write it, one after the other.
/// </summary>
public sealed class TombstoneFile(string path, TimeProvider time)
{
    /// <summary>Its name in answers while it cannot be written.</summary>
    public const string Dependency = "tombstones";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private Tombstones? known;

    public string Path => path;

    public bool Exists => File.Exists(path);

    /// <summary><c>Sealing:TombstoneFile</c>, else beside the data directory, by its name with <c>.tombstones.ndjson</c>.</summary>
    public static string PathOf(IConfiguration settings)
    {
        var data = RandomChatSettings.DataDirectory(settings);
        return settings["Sealing:TombstoneFile"] is { } file && !string.IsNullOrWhiteSpace(file)
            ? System.IO.Path.GetFullPath(file, System.IO.Path.GetDirectoryName(data) ?? data)
            : Beside(data);
    }

    /// <summary>Where the list lies if no setting says otherwise.</summary>
    public static string Beside(string dataDirectory) => System.IO.Path.TrimEndingDirectorySeparator(dataDirectory) + ".tombstones.ndjson";

    /// <summary>Makes the list where there is none.</summary>
    /// <returns>Whether there was none.</returns>
    /// <exception cref="SealingException">It cannot be made or read, or a line of it says nothing that is known.</exception>
    public bool Open()
    {
        var wasThere = Exists;
        try
        {
            Add([]);
        }
        catch (DependencyUnavailableException unusable)
        {
            throw new SealingException(
                $"The list of destroyed keys {path} cannot be written: {unusable.InnerException!.Message} Without it keys are not destroyed. Set Sealing:TombstoneFile to a place that this program may write to.",
                unusable);
        }

        return !wasThere;
    }

    /// <summary>What was written or read last; to be called after <see cref="Open"/>.</summary>
    public Tombstones Known
    {
        get
        {
            lock (gate)
            {
                return known ?? throw new InvalidOperationException("The list of destroyed keys has not been opened.");
            }
        }
    }

    /// <summary>Adds what is not said already, and returns when it is on disk.</summary>
    /// <exception cref="DependencyUnavailableException">Nothing was added.</exception>
    /// <exception cref="SealingException">A line of the file says nothing that is known.</exception>
    public void Add(IReadOnlyList<Tombstone> tombstones)
    {
        lock (gate)
        {
            // An erasure is said several times by whoever finishes it: what this process knows is not written again.
            if (known is { } sure && Exists && !tombstones.Any(sure.IsNews))
            {
                return;
            }

            try
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
                using var file = Locked(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                var list = Parse(WholeLines(file));
                if (list is null)
                {
                    list = new(Guid.NewGuid(), 0, []);
                    file.SetLength(0);
                    Write(file, [JsonSerializer.Serialize(new Head(list.Id, time.GetUtcNow()), EventCodec.Json)]);
                }
                else
                {
                    // Half a line, of a process that was killed while it wrote: nobody was told that it is there.
                    file.SetLength(list.Bytes);
                }

                var news = tombstones.Where(list.IsNews).ToList();
                Write(file, news.Select(tombstone => JsonSerializer.Serialize(tombstone, EventCodec.Json)));
                file.Flush(flushToDisk: true);
                known = list.With(news, file.Length);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new DependencyUnavailableException(Dependency, e);
            }
        }
    }

    /// <summary>What is in it now; null where there is no such file or nothing in it.</summary>
    /// <exception cref="SealingException">It cannot be read, or a line of it says nothing that is known.</exception>
    public Tombstones? Read() => Content() is { } content ? Parse(content) : null;

    /// <summary>The same as it lies there: whole lines.</summary>
    /// <exception cref="SealingException">It cannot be read.</exception>
    public byte[]? Content()
    {
        try
        {
            using var file = Locked(FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return WholeLines(file);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SealingException($"The list of destroyed keys {path} cannot be read: {e.Message}", e);
        }
    }

    private static byte[] WholeLines(FileStream file)
    {
        var content = new byte[file.Length];
        file.ReadExactly(content);
        return content[..(Array.LastIndexOf(content, (byte)'\n') + 1)];
    }

    /// <param name="content">Whole lines, as <see cref="Content"/> gives them.</param>
    /// <returns>Null where nothing is in it.</returns>
    /// <exception cref="SealingException">A line of it says nothing that is known.</exception>
    public Tombstones? Parse(byte[] content)
    {
        if (content.Length == 0)
        {
            return null;
        }

        var lines = Encoding.UTF8.GetString(content).Split('\n');

        var number = 1;
        try
        {
            var head = JsonSerializer.Deserialize<Head>(lines[0], EventCodec.Json)!;
            var tombstones = new List<Tombstone>(lines.Length);
            for (number = 2; number < lines.Length; number++)
            {
                tombstones.Add(JsonSerializer.Deserialize<Tombstone>(lines[number - 1], EventCodec.Json)!);
            }

            return head.List == Guid.Empty || tombstones.Exists(tombstone => string.IsNullOrEmpty(tombstone.Key))
                ? throw new JsonException()
                : new(head.List, content.Length, tombstones);
        }
        catch (JsonException e)
        {
            throw new SealingException(
                $"Line {number} of {path} is none of a list of destroyed keys. Put back a good copy: without it keys that were destroyed could come back.", e);
        }
    }

    private static void Write(FileStream file, IEnumerable<string> lines)
    {
        file.Position = file.Length;
        foreach (var line in lines)
        {
            file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
    }

    /// <summary>Whoever else has it is through in a moment.</summary>
    private FileStream Locked(FileMode mode, FileAccess access, FileShare share)
    {
        for (var since = time.GetTimestamp(); ; Thread.Sleep(5))
        {
            try
            {
                return new(path, mode, access, share);
            }
            catch (IOException e) when (e is not FileNotFoundException and not DirectoryNotFoundException && time.GetElapsedTime(since) < Patience)
            {
                // Held by another process.
            }
        }
    }

    private sealed record Head(Guid List, DateTimeOffset At);
}
