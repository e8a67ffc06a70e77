namespace RandomChat.Architecture.Tests;

/// <summary>The sources that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>A project's file by its folder's name under <c>src</c>.</summary>
    public static string Project(string name) => Path.Combine(Root, "src", name, name + ".csproj");

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RandomChat.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("These tests need the repository they were built in.");
    }
}
