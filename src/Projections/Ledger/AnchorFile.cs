using System.Text;
using System.Text.Json;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Ledger;

/// <summary>Anchors as they are published: a file with a JSON object a line, which is only ever added to.</summary>
internal sealed class AnchorFile(string path)
{
    public string Path => path;

    public bool Exists => File.Exists(path);

    /// <summary>Adds one; returns when it is on disk.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Add(LedgerAnchor anchor)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(anchor, EventCodec.Json) + "\n"));
        file.Flush(flushToDisk: true);
    }

    /// <summary>Puts all of them aside, into a file of that name beside this one.</summary>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be renamed.</exception>
    public void SetAside(string name)
    {
        if (Exists)
        {
            File.Move(path, $"{path}.{name}", overwrite: false);
        }
    }

    /// <exception cref="AnchorFileException">There is no such file, or a line of it is no anchor.</exception>
    public IReadOnlyList<LedgerAnchor> Read()
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AnchorFileException($"The anchors in {path} cannot be read. {e.Message}", e);
        }

        var anchors = new List<LedgerAnchor>(lines.Length);
        for (var line = 1; line <= lines.Length; line++)
        {
            try
            {
                anchors.Add(JsonSerializer.Deserialize<LedgerAnchor>(lines[line - 1], EventCodec.Json)!);
            }
            catch (JsonException e)
            {
                throw new AnchorFileException($"Line {line} of {path} is no anchor.", e);
            }
        }

        return anchors;
    }
}

/// <summary>Anchors are not where they should be, or are none. The message says which.</summary>
public sealed class AnchorFileException(string message, Exception inner) : Exception(message, inner);
