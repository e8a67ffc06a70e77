namespace RandomChat.Infrastructure;

/// <summary>Folders of which only their owner learns anything. On Windows they are like any other: rights are inherited there.</summary>
public static class PrivateFolder
{
    private const UnixFileMode OwnerAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode ForOthers = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes it for its owner alone where it is not there; one that is there stays as it is. Folders above it are made like any other.</summary>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            if (Path.GetDirectoryName(Path.GetFullPath(folder)) is { } above)
            {
                Directory.CreateDirectory(above);
            }

            Directory.CreateDirectory(folder, OwnerAlone);
        }
    }

    /// <summary>Whether any user of this machine gets into it; who is in its group is not meant, since somebody chose that group.</summary>
    public static bool IsOpenToOthers(string folder)
    {
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(folder) & ForOthers) == 0)
        {
            return false;
        }

        for (var above = Directory.GetParent(folder); above is not null; above = above.Parent)
        {
            if ((above.UnixFileMode & UnixFileMode.OtherExecute) == 0)
            {
                return false;
            }
        }

        return true;
    }
}
