using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Diagnostics;

/// <summary>What the server tells Prometheus: the list of the document, all of it and nothing else, and only to whom it may.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public async Task What_is_told_is_what_the_document_lists()
    {
        // Processes of their own, since all servers of a process are counted together. Nobody answers at that address: delivered
        // messages are passed over, which is counted too.
        await using var server = new ServerProcess(new Dictionary<string, string?> { ["Screening:Hosted:Url"] = "http://127.0.0.1:9/", ["Screening:Hosted:ApiKey"] = "k" });
        await server.Start();
        await using (var video = await Pair.Meet(server.Address, mode: "video"))
        {
            await video.Ann.Tell("call_report", new Dictionary<string, object?> { ["matchId"] = video.MatchId, ["path"] = "relay" });
            await video.Ann.Tell("end_session", new Dictionary<string, object?> { ["matchId"] = video.MatchId });
        }

        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Say(pair.MatchId, "good evening");
        Assert.Equal("not-in-match", (await pair.Ann.Refused("chat_message", new Dictionary<string, object?> { ["matchId"] = Guid.NewGuid(), ["body"] = "hello", ["clientMessageId"] = "x" })).Code);
        await pair.Report("spam", "buy my things");
        var audited = await ProjectionsCli.Run(server.Data, "audit");
        Assert.True(audited.Code == 0, audited.Output);
        using var http = new HttpClient { BaseAddress = server.Address };
        using (var gone = await http.GetAsync("/api/nothing"))
        {
            Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        }

        await using var guarded = new ServerProcess(new Dictionary<string, string?>
        {
            ["Captcha:Mode"] = "always",
            ["Captcha:Cost"] = "1",
            ["Captcha:MaximumCounter"] = "2",
        });
        await guarded.Start();
        using var other = new HttpClient { BaseAddress = guarded.Address };
        await Prove(other);

        var told = new Dictionary<string, (string Type, IReadOnlyCollection<string> Labels)>();
        var first = default(Scrape);
        await Wait.Until(async () =>
        {
            first = await Scrape.Of(http);
            return first.Sum("randomchat_cases_open", ("lane", "normal"), ("age", "hour")) == 1
                && first.Sum("randomchat_ledger_sound") == 1 && first.Families.ContainsKey("randomchat_screening_skipped_total") && first.Families.ContainsKey("randomchat_projection_events_total");
        });
        foreach (var (name, family) in first!.Families.Concat((await Scrape.Of(other)).Families))
        {
            told[name] = told.TryGetValue(name, out var known) ? (family.Type, [.. known.Labels.Union(family.Labels)]) : family;
        }

        Assert.Equal(Documented(), [.. told.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one =>
            $"{one.Key} {one.Value.Type} {string.Join(' ', one.Value.Labels.Order(StringComparer.Ordinal))}".TrimEnd())]);
        Assert.Equal((1, 1, 1), (
            first.Sum("randomchat_messages_total", ("outcome", "delivered")), first.Sum("randomchat_messages_total", ("outcome", "not-in-match")),
            first.Sum("randomchat_reports_total", ("reason", "spam"))));
        Assert.Equal((2, 2, 1), (
            first.Sum("randomchat_match_wait_seconds_count", ("mode", "text")), first.Sum("randomchat_visitors"),
            first.Sum("randomchat_match_length_seconds_count", ("mode", "text"), ("reason", "reported"))));
        Assert.Equal((1, 1), (first.Sum("randomchat_calls_total", ("path", "relay")), first.Sum("randomchat_calls_total", ("path", "none"))));
        Assert.Equal(1, first.Sum("randomchat_log_events_total", ("type", "moderation.case.reported.v1")));
        Assert.Equal((1, 1), (first.Sum("randomchat_dependency_up", ("dependency", "event-log")), first.Sum("randomchat_ledger_sound")));
        Assert.True(first.Sum("randomchat_limits_taken_total", ("limit", "Messages"), ("allowed", "true")) > 0);
        Assert.True(first.Sum("randomchat_log_group_size_count") > 0 && first.Sum("randomchat_data_free_bytes") > 0);
    }

    [Theory]
    [InlineData(null, null, 200)]
    [InlineData("10.0.0.0/8, 192.0.2.7", null, 404)]
    [InlineData(null, "X-Forwarded-For: 203.0.113.9", 404)]
    [InlineData(null, "X-Forwarded-Proto: https", 404)]
    [InlineData(null, "Forwarded: for=203.0.113.9", 404)]
    [InlineData(null, "Via: 1.1 proxy", 404)]
    public async Task Only_the_networks_of_the_setting_read_them_and_nobody_through_a_proxy(string? networks, string? header, int status)
    {
        await using var server = await RunningServer.Start(new Dictionary<string, string?>
        {
            ["Metrics:Networks"] = networks,
            ["ForwardedHeaders:KnownProxies"] = "127.0.0.1",
        });
        using var http = server.NewBrowser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (header?.Split(": ") is [var name, var value])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.Equal(status == 200, body.Contains("randomchat_visitors", StringComparison.Ordinal));
        if (status == 404)
        {
            Assert.Equal("not-found", JsonDocument.Parse(body).RootElement.GetProperty("code").GetString());
        }
    }

    [Theory]
    [InlineData("Metrics:Networks", "ten", "Metrics:Networks: 'ten' is neither an IP address nor a network such as 10.0.0.0/8.")]
    [InlineData("Tracing:Sampled", "2", "Tracing:Sampled is 0 to 1, e.g. 0.01 for one of a hundred.")]
    [InlineData("Tracing:Endpoint", "collector", "Tracing:Endpoint: 'collector' is no address such as http://collector:4318/v1/traces.")]
    public async Task A_wrong_setting_stops_the_start_with_an_example(string key, string value, string said)
    {
        var wrong = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningServer.Start(new Dictionary<string, string?> { [key] = value }));

        Assert.Contains(said, wrong.Message, StringComparison.Ordinal);
    }

    /// <summary>Asks for a challenge, solves it, and passes the gate with it.</summary>
    private static async Task Prove(HttpClient browser)
    {
        using (var refused = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true }))
        {
            await refused.Problem(400, "captcha-required");
        }

        using var asked = await browser.GetAsync("/api/captcha");
        var challenge = await asked.Json(HttpStatusCode.OK);
        var given = challenge.GetProperty("parameters");
        var (nonce, salt) = (Convert.FromHexString(given.Text("nonce")), Convert.FromHexString(given.Text("salt")));
        for (uint counter = 0; ; counter++)
        {
            var password = new byte[nonce.Length + sizeof(uint)];
            nonce.CopyTo(password, 0);
            BinaryPrimitives.WriteUInt32BigEndian(password.AsSpan(nonce.Length), counter);
            var key = Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(password, salt, given.GetProperty("cost").GetInt32(), HashAlgorithmName.SHA256, 32));
            if (key.StartsWith(given.Text("keyPrefix"), StringComparison.Ordinal))
            {
                var solved = JsonSerializer.SerializeToUtf8Bytes(new { challenge, solution = new { counter, derivedKey = key } }, JsonSerializerOptions.Web);
                using var entered = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true, captcha = Convert.ToBase64String(solved) });
                await entered.Json(HttpStatusCode.Created);
                return;
            }
        }
    }

    /// <summary>Name, type and labels of every row of the document's tables, with the label that it says all but one have.</summary>
    private static IReadOnlyList<string> Documented()
    {
        var document = File.ReadAllText(Path.Combine(RepositoryFolder.Path, "docs", "metrics.md"));
        var everywhere = Everywhere().Match(document);
        Assert.True(everywhere.Success, "docs/metrics.md does not say which label every metric has.");
        return
        [
            .. Row().Matches(document)
                .Select(row => (Name: row.Groups["name"].Value, Type: row.Groups["type"].Value, Labels: Label().Matches(row.Groups["labels"].Value).Select(label => label.Groups[1].Value)))
                .Select(row => row with { Labels = row.Name == everywhere.Groups["but"].Value ? row.Labels : row.Labels.Append(everywhere.Groups["label"].Value) })
                .Select(row => $"{row.Name} {row.Type} {string.Join(' ', row.Labels.Order(StringComparer.Ordinal))}".TrimEnd())
                .Order(StringComparer.Ordinal),
        ];
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z_]+)` \| (?<type>counter|gauge|histogram) \| (?<labels>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("Every metric but `(?<but>[a-z_]+)` has the label `(?<label>[a-z_]+)`")]
    private static partial Regex Everywhere();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Label();
}
