namespace RandomChat.Application.Tests;

/// <summary>Where the sources of this repository are: some tests compare files with what the code says.</summary>
public static class RepositoryFolder
{
    public static string Path(params IEnumerable<string> parts) => System.IO.Path.Combine([Root, .. parts]);

    private static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "RandomChat.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("These tests need the repository they were built in.");
    }
}
