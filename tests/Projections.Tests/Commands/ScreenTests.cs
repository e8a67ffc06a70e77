using System.Text.Json;
using RandomChat.Engines;

namespace RandomChat.Projections.Tests.Commands;

/// <summary><c>screen</c>: what the screening makes of texts, without a server.</summary>
public sealed class ScreenTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("randomchat-cli-");

    [Fact]
    public async Task Each_line_of_a_file_gets_a_verdict_in_its_order()
    {
        var file = Path.Combine(folder.FullName, "texts.txt");
        await File.WriteAllLinesAsync(file, ["hello there", "", "k y s", "call 07700 900123", "what the fuck"]);

        var (code, output, error) = await Cli.Run(folder.FullName, folder.FullName, "screen", "--file", file);

        Assert.Equal((0, string.Empty), (code, error));
        var lines = output.TrimEnd('\n').Split('\n').Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        JsonElement Rule(int line) => lines[line].GetProperty("rules")[0];
        Assert.Equal(["hello there", "", "k y s", "call 07700 900123", "what the fuck"], lines.Select(line => line.GetProperty("text").GetString()));
        Assert.Equal(["deliver", "deliver", "block", "warn", "deliver"], lines.Select(line => line.GetProperty("verdict").GetString()));
        Assert.All(lines, line =>
        {
            Assert.Equal(["text", "verdict", "scores", "rules"], line.EnumerateObject().Select(property => property.Name));
            Assert.Equal(["toxic", "hate", "threat", "sexual", "spam"], line.GetProperty("scores").EnumerateObject().Select(property => property.Name));
        });
        Assert.InRange(lines[2].GetProperty("scores").GetProperty("threat").GetDouble(), 0, 0.99);
        Assert.Equal(
            ("lexicon", "threat", "severe", 1),
            (Rule(2).GetProperty("rule").GetString(), Rule(2).GetProperty("category").GetString(), Rule(2).GetProperty("severity").GetString(), Rule(2).GetProperty("score").GetDouble()));
        Assert.Equal("contact/phone", Rule(3).GetProperty("rule").GetString());
    }

    [Fact]
    public async Task The_heads_score_what_no_word_list_finds_and_their_rule_has_a_version()
    {
        var (file, policy) = (Path.Combine(folder.FullName, "texts.txt"), Path.Combine(folder.FullName, "wary.json"));
        await File.WriteAllLinesAsync(file, ["see you tomorrow after school", "you are a stupid pathetic idiot and nobody likes you"]);
        await File.WriteAllTextAsync(policy, """
            { "version": "wary", "actions": { "toxic": { "strong": "warn", "severe": "block" } }, "heads": { "toxic": { "strong": 0.4, "severe": 0.5 } } }
            """);

        var (code, output, error) = await Cli.Run(folder.FullName, folder.FullName, "screen", "--file", file, $"--Screening:PolicyFile={policy}");

        Assert.Equal((0, string.Empty), (code, error));
        var lines = output.TrimEnd('\n').Split('\n').Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        double Toxic(int line) => lines[line].GetProperty("scores").GetProperty("toxic").GetDouble();
        Assert.InRange(Toxic(0), 0, 0.4);
        Assert.InRange(Toxic(1), 0.5, 1);
        Assert.Equal(["deliver", "flag"], lines.Select(line => line.GetProperty("verdict").GetString()));
        var rule = lines[1].GetProperty("rules").EnumerateArray().Single(rule => rule.GetProperty("rule").GetString() == "model/toxic");
        Assert.Matches("^[0-9a-f]{8}$", rule.GetProperty("version").GetString());
    }

    [Fact]
    public async Task Damaged_heads_are_told_with_their_file()
    {
        var models = folder.CreateSubdirectory("models").FullName;
        Folders.CopyFiles(Path.Combine(AppContext.BaseDirectory, "screening-models"), models);

        await File.AppendAllTextAsync(Path.Combine(models, "threat.zip"), "x");

        var (code, output, error) = await Cli.Run(folder.FullName, folder.FullName, "screen", $"--Screening:ModelsDirectory={models}");

        Assert.Equal((3, string.Empty), (code, output));
        Assert.Contains("threat.zip is damaged", error, StringComparison.Ordinal);
        Assert.Contains(models, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_policy_can_be_tried()
    {
        var (file, policy) = (Path.Combine(folder.FullName, "texts.txt"), Path.Combine(folder.FullName, "strict.json"));
        await File.WriteAllTextAsync(file, "call 07700 900123\n");
        await File.WriteAllTextAsync(policy, """{ "version": "strict", "actions": { "contact": { "mild": "block" } } }""");

        var (_, output, _) = await Cli.Run(folder.FullName, folder.FullName, "screen", "--file", file, $"--Screening:PolicyFile={policy}");
        var (code, _, error) = await Cli.Run(folder.FullName, folder.FullName, "screen", "--file", file, "--Screening:PolicyFile=nowhere.json");

        Assert.Equal("block", JsonSerializer.Deserialize<JsonElement>(output).GetProperty("verdict").GetString());
        Assert.Equal(2, code);
        Assert.Contains("nowhere.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told()
    {
        var (code, _, error) = await Cli.Run(folder.FullName, folder.FullName, "screen", "--file", "not-there.txt");

        Assert.Equal(2, code);
        Assert.Contains("not-there.txt", error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
