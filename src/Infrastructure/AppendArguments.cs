using System.Text.Unicode;
using RandomChat.Application.Events;

namespace RandomChat.Infrastructure;

/// <summary>What no event log takes, whatever its engine.</summary>
internal static class AppendArguments
{
    /// <returns>The bytes of data and metadata.</returns>
    /// <exception cref="ArgumentException">There is nothing to append, or nothing that could be.</exception>
    public static int Check(StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream.Value, nameof(stream));
        ArgumentOutOfRangeException.ThrowIfLessThan(expected.Value, -1, nameof(expected));
        if (events.Count == 0)
        {
            throw new ArgumentException("There is nothing to append.", nameof(events));
        }

        var bytes = 0;
        foreach (var e in events)
        {
            if (!Utf8.IsValid(e.Data.Span) || !Utf8.IsValid(e.Metadata.Span))
            {
                throw new ArgumentException($"Data and metadata of {e.Type} have to be UTF-8.", nameof(events));
            }

            bytes += e.Data.Length + e.Metadata.Length;
        }

        return bytes;
    }

    /// <returns>The age in whole seconds.</returns>
    public static long CheckAge(StreamName stream, TimeSpan age)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream.Value, nameof(stream));
        var seconds = (long)age.TotalSeconds;
        ArgumentOutOfRangeException.ThrowIfLessThan(seconds, 1, nameof(age));
        return seconds;
    }
}
