using RandomChat.Engines;
using RandomChat.Infrastructure.Screening.Models;
using RandomChat.Web.Hosting;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Screening;

/// <summary>What the server says when its trained heads are not as they were made.</summary>
public sealed class DamagedHeadsTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("randomchat-heads-");

    [Fact]
    public async Task It_does_not_start_and_names_the_file()
    {
        Folders.CopyFiles(Path.Combine(AppContext.BaseDirectory, HeadFiles.DefaultFolder), folder.FullName);

        await File.WriteAllTextAsync(Path.Combine(folder.FullName, HeadFiles.FeaturesFile), "no model");
        var settings = new Dictionary<string, string?> { ["Screening:ModelsDirectory"] = folder.FullName };

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.Start(settings, Path.Combine(folder.FullName, "data")));

        Assert.StartsWith($"RandomChat cannot start. The screening's trained heads in {folder.FullName} cannot be used: features.zip is damaged", StartFailure.Explain(failure), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
