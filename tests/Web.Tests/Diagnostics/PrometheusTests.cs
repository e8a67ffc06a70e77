using System.Text.Json;
using System.Text.RegularExpressions;
using RandomChat.Engines;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Diagnostics;

/// <summary>What operators are given for Prometheus and Grafana, with the programs that read it.</summary>
public sealed class PrometheusTests
{
    private static readonly string Folder = Path.Combine(RepositoryFolder.Path, "deploy", "prometheus");

    [Fact(Explicit = true)]
    public async Task Prometheus_takes_the_alerts_and_they_speak_when_they_should()
    {
        var rules = await PrometheusServer.Check(Folder, "check", "rules", "alerts.yml");
        Assert.True(rules.Code == 0, rules.Output);
        var tried = await PrometheusServer.Check(Folder, "test", "rules", "alerts.test.yml");
        Assert.True(tried.Code == 0, tried.Output);
    }

    [Fact(Explicit = true)]
    public async Task Prometheus_scrapes_a_running_server_and_every_query_of_the_dashboards_is_one_it_understands()
    {
        await using var server = new ServerProcess();
        await server.Start();
        await using var prometheus = await PrometheusServer.Scraping(server.Address, Path.Combine(Folder, "alerts.yml"));
        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Say(pair.MatchId, "good evening");

        await Wait.Until(async () => (await prometheus.Ask("randomchat_messages_total{outcome=\"delivered\"}")) is [1] && (await prometheus.Ask("randomchat_visitors")) is [2]);
        Assert.Equal(string.Empty, await prometheus.LastError());
        Assert.Equal([1], await prometheus.Ask("up{job=\"randomchat\"}"));
        await Wait.Until(async () => await prometheus.Ask("randomchat_dependency_up{dependency=\"event-log\"}") is [1]);
        Assert.Empty(await prometheus.Ask("ALERTS{alertstate=\"firing\"}"));
        var queries = Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "deploy", "grafana", "dashboards"), "*.json").SelectMany(Queries).ToArray();
        Assert.True(queries.Length > 40, $"{queries.Length} queries");
        foreach (var query in queries)
        {
            await prometheus.Ask(query);
        }

        await pair.DisposeAsync();
        await server.Kill();
        await Wait.Until(async () => await prometheus.Ask("up{job=\"randomchat\"}") is [0]);
        await Wait.Until(async () => (await prometheus.Ask("ALERTS{alertname=\"ServerDown\"}")).Count == 1);
    }

    [Fact]
    public void Alerts_and_dashboards_ask_for_what_the_document_lists_and_every_alert_has_its_chapter()
    {
        var listed = Regex.Matches(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "metrics.md")), "^\\| `([a-z_]+)` \\|", RegexOptions.Multiline)
            .Select(row => row.Groups[1].Value).ToHashSet();
        var alerts = File.ReadAllText(Path.Combine(Folder, "alerts.yml"));
        var queries = Directory.GetFiles(Path.Combine(RepositoryFolder.Path, "deploy", "grafana", "dashboards"), "*.json").SelectMany(Queries)
            .Concat(Regex.Matches(alerts, @"expr: (>\n(?:\s{10}.*\n)+|.*)").Select(found => found.Groups[1].Value));

        Assert.All(queries.SelectMany(query => Regex.Matches(query, @"\b(randomchat|http|dotnet|process|kestrel)_[a-z_]+(?=[\[{) ]|$)").Select(found => found.Value)).Distinct(), name =>
            Assert.True(listed.Contains(name) || listed.Contains(Regex.Replace(name, "_(bucket|sum|count)$", string.Empty)) || IsLabel(name), $"{name} is not in docs/metrics.md."));
        var runbook = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "runbook.md"));
        var names = Regex.Matches(alerts, @"- alert: (\w+)").Select(found => found.Groups[1].Value).ToArray();
        Assert.NotEmpty(names);
        Assert.All(names, name =>
        {
            Assert.Contains($"runbook: docs/runbook.md#alert-{name.ToLowerInvariant()}\n", alerts, StringComparison.Ordinal);
            Assert.Contains($"\n### Alert: {name}\n", runbook, StringComparison.Ordinal);
        });
        Assert.Equal(names.Length, Regex.Count(runbook, "\n### Alert: "));
    }

    private static bool IsLabel(string name) => name is "http_response_status_code" or "http_route" or "http_request_method";

    private static IEnumerable<string> Queries(string file)
    {
        using var board = JsonDocument.Parse(File.ReadAllText(file));
        return [.. board.RootElement.GetProperty("panels").EnumerateArray().SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr").GetString()!)];
    }
}
