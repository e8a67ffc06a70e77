namespace RandomChat.Infrastructure;

/// <summary>Makes sure that one server at a time writes into a data directory.</summary>
public sealed class DataDirectoryLock : IDisposable
{
    private readonly FileStream file;

    private DataDirectoryLock(FileStream file) => this.file = file;

    /// <exception cref="DataDirectoryException">Another server uses the directory, or it cannot be written.</exception>
    public static DataDirectoryLock Take(string dataDirectory)
    {
        try
        {
            PrivateFolder.Make(dataDirectory);
            return new(new(Path.Combine(dataDirectory, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new DataDirectoryException(
                $"The data directory {dataDirectory} cannot be used: this user may not write there. "
                + "Give them the right to, or set RandomChat:DataDirectory to another folder.",
                e);
        }
        catch (IOException e)
        {
            throw new DataDirectoryException(
                $"The data directory {dataDirectory} cannot be used: another server runs on it, or it cannot be written. "
                + "Stop the other one, or set RandomChat:DataDirectory to another folder.",
                e);
        }
    }

    public void Dispose() => file.Dispose();
}

/// <summary>The data directory cannot be used; the message says what to do.</summary>
public sealed class DataDirectoryException(string message, Exception inner) : Exception(message, inner)
{
    /// <summary>Whether this user may not write there: then nobody knows whether a server uses it.</summary>
    public bool IsForbidden => InnerException is UnauthorizedAccessException;
}
