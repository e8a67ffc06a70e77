namespace RandomChat.Engines;

/// <summary>Folders of files that tests change a copy of.</summary>
public static class Folders
{
    /// <summary>Copies the files of one folder, and no folders in it, into another that is there.</summary>
    public static void CopyFiles(string from, string to)
    {
        foreach (var path in Directory.GetFiles(from))
        {
            File.Copy(path, Path.Combine(to, Path.GetFileName(path)));
        }
    }
}
