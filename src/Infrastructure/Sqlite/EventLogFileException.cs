namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// The file given as the event log cannot be used as one. The message names the file and says what to do; the file
/// itself was left as it was.
/// </summary>
public sealed class EventLogFileException(string file, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The file's full path.</summary>
    public string File { get; } = file;
}
