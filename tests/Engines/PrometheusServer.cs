using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace RandomChat.Engines;

/// <summary>Prometheus on a loopback port of its own. Where it is not installed the test is skipped and says so.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/prometheus";
    private const string Tool = "/usr/bin/promtool";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("randomchat-prometheus-");
    private readonly HttpClient http;
    private readonly Process process;

    private PrometheusServer(int port, string configuration)
    {
        http = new() { BaseAddress = new($"http://127.0.0.1:{port}") };
        var file = Path.Combine(folder.FullName, "prometheus.yml");
        File.WriteAllText(file, configuration);
        process = Process.Start(new ProcessStartInfo(
            Program, [$"--config.file={file}", $"--storage.tsdb.path={Path.Combine(folder.FullName, "data")}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Scrapes that address every second, with those alerts.</summary>
    public static async Task<PrometheusServer> Scraping(Uri address, string alerts)
    {
        SkipWithout(Program);
        var server = new PrometheusServer(LocalProgram.FreePort(), $"""
            global: {"{"} scrape_interval: 1s, evaluation_interval: 1s {"}"}
            rule_files: ["{alerts}"]
            scrape_configs:
              - job_name: randomchat
                static_configs: [{"{"} targets: ["{address.Authority}"] {"}"}]
            """);
        await LocalProgram.Until(async () => (await server.http.GetAsync("/-/ready")).EnsureSuccessStatusCode());
        return server;
    }

    /// <summary>The values that a query gives now, by the labels in their order.</summary>
    public async Task<IReadOnlyList<double>> Ask(string query)
    {
        var answer = JsonDocument.Parse(await http.GetStringAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}"));
        return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
            .Select(one => double.Parse(one.GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture))];
    }

    /// <summary>What is wrong with a target at the last scrape; empty where nothing is.</summary>
    public async Task<string> LastError()
    {
        var answer = JsonDocument.Parse(await http.GetStringAsync("/api/v1/targets"));
        return answer.RootElement.GetProperty("data").GetProperty("activeTargets")[0].GetProperty("lastError").GetString()!;
    }

    /// <summary>Runs <c>promtool</c>.</summary>
    public static async Task<(int Code, string Output)> Check(string folder, params string[] arguments)
    {
        SkipWithout(Tool);
        using var tool = Process.Start(new ProcessStartInfo(Tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        })!;
        var output = await Task.WhenAll(tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await tool.WaitForExitAsync();
        return (tool.ExitCode, string.Concat(output));
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        http.Dispose();
        folder.Delete(recursive: true);
    }

    private static void SkipWithout(string program)
    {
        if (!File.Exists(program))
        {
            Assert.Skip($"There is no {Path.GetFileName(program)}: Prometheus is not installed (Debian: prometheus).");
        }
    }
}
