using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RandomChat.Web.Turn;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>Secrets as files of a folder, as containers are given them.</summary>
public sealed class SecretsTests : IDisposable
{
    private readonly string secrets = Directory.CreateTempSubdirectory("randomchat-secrets-").FullName;

    public void Dispose() => Directory.Delete(secrets, recursive: true);

    [Fact]
    public async Task A_file_named_for_a_setting_is_its_value_above_the_settings_file_and_below_the_rest()
    {
        Mount("Turn__Secret", "of a file\n");
        Mount("Turn__Ttl", "00:07:00");
        Mount("Ice__Policy", "relay");
        await using var server = await RunningServer.Start(new Dictionary<string, string?>
        {
            ["RandomChat:SecretsDirectory"] = secrets,
            ["Turn:Urls"] = "turn:127.0.0.1:1",
            ["Ice:Policy"] = "all",
        });

        var ice = server.Services.GetRequiredService<IOptions<IceOptions>>().Value;

        Assert.Equal(("of a file", TimeSpan.FromMinutes(7), "all"), (ice.TurnSecret, ice.TurnTtl, ice.Policy));
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("of a file", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_command_line_reads_the_same_files()
    {
        await using (var server = await RunningServer.Start(data: Path.Combine(secrets, "elsewhere")))
        {
        }

        Mount("RandomChat__DataDirectory", Path.Combine(secrets, "elsewhere"));
        var (code, output, _) = await Start("RandomChat.Projections.dll", secrets, "status", "--json");

        Assert.Equal(0, code);
        Assert.Contains(JsonDocument.Parse(output).RootElement.EnumerateArray(), row => row.GetProperty("name").GetString() == "activity");
    }

    [Theory]
    [InlineData("RandomChat.Web.dll", 1)]
    [InlineData("RandomChat.Projections.dll", 2)]
    public async Task A_folder_that_is_not_there_ends_the_start_with_a_sentence(string program, int expected)
    {
        var nowhere = Path.Combine(secrets, "nowhere");

        var (code, _, errors) = await Start(program, nowhere, "status");

        Assert.Equal(expected, code);
        Assert.Contains($"RandomChat:SecretsDirectory names {nowhere}, which is not a folder.", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    /// <summary>As Kubernetes does it: the name is a link into a folder of links that is exchanged as a whole.</summary>
    private void Mount(string name, string value)
    {
        var versions = Directory.CreateDirectory(Path.Combine(secrets, "..2026")).FullName;
        File.WriteAllText(Path.Combine(versions, name), value);
        if (!Directory.Exists(Path.Combine(secrets, "..data")))
        {
            Directory.CreateSymbolicLink(Path.Combine(secrets, "..data"), versions);
        }

        File.CreateSymbolicLink(Path.Combine(secrets, name), Path.Combine("..data", name));
    }

    private static async Task<(int Code, string Output, string Errors)> Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["RandomChat__SecretsDirectory"] = folder;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}
