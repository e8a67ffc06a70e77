using System.Text;

namespace RandomChat.Infrastructure.Tests.Sealing;

/// <summary>Looks for bytes in every file of a directory as it lies on disk at this moment.</summary>
internal static class Disk
{
    public static Dictionary<string, byte[]> Read(string directory)
    {
        var files = new Dictionary<string, byte[]>();
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            try
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                files[Path.GetRelativePath(directory, file)] = copy.ToArray();
            }
            catch (FileNotFoundException)
            {
                // A server that runs removes files meanwhile.
            }
        }

        return files;
    }

    public static List<string> FilesWith(string directory, params IEnumerable<byte[]> needles)
    {
        var all = needles.ToList();
        return [.. Read(directory).Where(file => all.Exists(needle => file.Value.AsSpan().IndexOf(needle) >= 0)).Select(file => file.Key)];
    }

    /// <summary>Raw, hex in both cases and base64; whole and in halves, so that a remnant is found too.</summary>
    public static IEnumerable<byte[]> FormsOfKey(byte[] key)
    {
        foreach (var part in (byte[][])[key, key[..(key.Length / 2)], key[(key.Length / 2)..]])
        {
            yield return part;
            yield return Encoding.ASCII.GetBytes(Convert.ToHexString(part));
            yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(part));
            yield return Encoding.ASCII.GetBytes(Convert.ToBase64String(part).TrimEnd('='));
        }
    }

    /// <summary>UTF-8, UTF-16 and the base64 of UTF-8 wherever in a longer text it begins.</summary>
    public static IEnumerable<byte[]> FormsOfText(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        yield return utf8;
        yield return Encoding.Unicode.GetBytes(text);
        yield return Encoding.BigEndianUnicode.GetBytes(text);
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(utf8));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(utf8));
        for (var shift = 0; shift < 3; shift++)
        {
            var inside = utf8[shift..];
            yield return Encoding.ASCII.GetBytes(Convert.ToBase64String(inside[..(inside.Length / 3 * 3)]));
        }
    }
}
