using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RandomChat.Application.Events;

namespace RandomChat.Application.Tests.Events;

/// <summary>
/// What a log of today holds has to be readable for good. A golden file is never edited; a new shape gets a new name.
/// <c>UPDATE_DOCS=1</c> writes the files that are missing, and only those.
/// </summary>
public sealed class GoldenFileTests
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string> Names => [.. AllMaps.Entries.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_event_is_written_as_its_golden_file_shows(string name)
    {
        var written = EventCodec.Default.Encode(Guid.NewGuid(), Sample(name), new(Guid.Empty, Guid.Empty, EventMetadata.System));

        Assert.Equal(name, written.Type);
        Assert.Equal(Golden(name), Indent(written.Data.Span));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_golden_file_is_read_as_the_event(string name)
    {
        var read = EventCodec.Default.Decode(Recorded.Event(name, Golden(name)));

        Assert.Equal(Sample(name), read);
    }

    [Fact]
    public void Every_golden_file_can_still_be_read()
    {
        var files = Directory.GetFiles(Folder, "*.json");

        Assert.NotEmpty(files);
        Assert.All(files, file =>
            Assert.NotNull(EventCodec.Default.Decode(Recorded.Event(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file)))));
    }

    private static string Folder => RepositoryFolder.Path("tests", "Application.Tests", "Events", "golden");

    private static object Sample(string name)
    {
        Assert.True(Samples.ByName.ContainsKey(name), $"'{name}' has no sample in Samples.cs.");
        return Samples.ByName[name];
    }

    private static string Golden(string name)
    {
        var file = Path.Combine(Folder, name + ".json");
        if (!File.Exists(file) && Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            var written = EventCodec.Default.Encode(Guid.NewGuid(), Sample(name), new(Guid.Empty, Guid.Empty, EventMetadata.System));
            File.WriteAllText(file, Indent(written.Data.Span));
        }

        Assert.True(File.Exists(file), $"'{name}' has no golden file: add {file} (UPDATE_DOCS=1 writes it) and never change it.");
        return File.ReadAllText(file);
    }

    private static string Indent(ReadOnlySpan<byte> json) =>
        JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(json)), Indented) + "\n";
}
