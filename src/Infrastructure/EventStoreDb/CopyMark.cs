using System.Text;
using System.Text.Json;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>
/// What the server cannot give an event that is copied into it: where and when it was recorded, and until when it can be read.
/// It stands in front of the event's own metadata, which come out again byte by byte.
/// </summary>
/// <param name="Position">In the log that it was copied from.</param>
/// <param name="At">Milliseconds since 1970, UTC.</param>
/// <param name="Until">The same; null where it can be read for ever.</param>
internal readonly record struct CopyMark(long Position, long At, long? Until)
{
    private static ReadOnlySpan<byte> Beginning => "{\"copied\":{"u8;

    public static bool CanStandBefore(ReadOnlySpan<byte> metadata) => metadata.Length >= 2 && metadata[0] == '{' && !metadata.StartsWith(Beginning);

    public byte[] Before(ReadOnlySpan<byte> metadata)
    {
        var until = Until is { } moment ? $",\"until\":{moment}" : "";
        var mark = Encoding.UTF8.GetBytes($"{{\"copied\":{{\"position\":{Position},\"at\":{At}{until}}}{(IsEmpty(metadata) ? "" : ",")}");
        return [.. mark, .. metadata[1..]];
    }

    /// <summary>Takes the mark off; false where there is none.</summary>
    public static bool TryTake(ReadOnlyMemory<byte> marked, out CopyMark mark, out ReadOnlyMemory<byte> metadata)
    {
        (mark, metadata) = (default, marked);
        if (!marked.Span.StartsWith(Beginning))
        {
            return false;
        }

        var (position, at, until) = (0L, 0L, (long?)null);
        var json = new Utf8JsonReader(marked.Span);
        for (var n = 0; n < 3; n++)
        {
            json.Read();
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            switch (name)
            {
                case "position":
                    position = json.GetInt64();
                    break;
                case "at":
                    at = json.GetInt64();
                    break;
                case "until":
                    until = json.GetInt64();
                    break;
            }
        }

        mark = new(position, at, until);
        var rest = marked.Span[(int)json.BytesConsumed..];
        metadata = (byte[])[(byte)'{', .. rest[0] == ',' ? rest[1..] : rest];
        return true;
    }

    private static bool IsEmpty(ReadOnlySpan<byte> metadata) => metadata[1..].TrimStart(" \t\r\n"u8)[0] == '}';
}
