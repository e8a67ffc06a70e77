using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Projections.Tests.Commands;

/// <summary><c>what-if screening</c>: another policy on what was recorded.</summary>
public sealed class WhatIfScreeningTests : IDisposable
{
    private static readonly Guid Ada = Guid.NewGuid();
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("randomchat-cli-");

    [Fact]
    public async Task It_says_what_of_recorded_verdicts_and_of_sealed_evidence_would_have_changed()
    {
        await Record("call 07700 900123", "hello there");
        var policy = Policy("""{ "version": "strict", "actions": { "contact": { "mild": "block" }, "hate": { "severe": "block" } } }""");

        var (code, output, error) = await Cli.Run(folder.FullName, folder.FullName, "what-if", "screening", "--policy", policy, "--json");

        Assert.Equal((0, string.Empty), (code, error));
        var told = JsonSerializer.Deserialize<JsonElement>(output);
        Assert.Equal("strict", told.GetProperty("policies").GetProperty("other").GetString());
        Assert.Equal(["contact warn block 1", "hate block block 1"], Rows(told.GetProperty("verdicts")));
        Assert.Equal(["contact warn block 1", " deliver deliver 1"], Rows(told.GetProperty("evidence")));
        Assert.Equal(0, told.GetProperty("sealed").GetInt32());
    }

    [Fact]
    public async Task The_same_policy_changes_nothing_and_one_that_changes_only_thresholds_changes_what_classifiers_lead_to()
    {
        await Record([Scored("model", 0.6), Scored("openai", 0.6)], "you are a stupid pathetic idiot and nobody likes you");
        var today = Policy(Thresholds("""{ "threat": { "strong": 0.5 } }"""), "today.json");
        var other = Policy(Thresholds("""{ "threat": { "strong": 0.7 }, "toxic": { "strong": 0.5 } }"""));

        var same = await WhatIf(today, today);
        Assert.Equal(["threat flag flag 2"], Rows(same.GetProperty("verdicts")));
        Assert.Equal([" deliver deliver 1"], Rows(same.GetProperty("evidence")));

        var changed = await WhatIf(today, other);
        Assert.Equal(["threat flag deliver 1", "threat flag flag 1"], Rows(changed.GetProperty("verdicts")));
        Assert.Equal(["toxic deliver warn 1"], Rows(changed.GetProperty("evidence")));
    }

    [Fact]
    public async Task What_a_classifier_blocked_beside_something_else_is_still_blocked_where_its_score_is_as_bad()
    {
        await Record([Scored("model", 0.9) with { Action = ScreeningAction.Block, Severity = Severity.Severe }, Scored("model", 0.9)]);
        var today = Policy(Thresholds("""{ "threat": { "strong": 0.5, "severe": 0.8 } }"""), "today.json");
        var other = Policy(Thresholds("""{ "threat": { "strong": 0.5, "severe": 0.95 } }"""));

        Assert.Equal(["threat block block 1", "threat flag flag 1"], Rows((await WhatIf(today, today)).GetProperty("verdicts")).Order());
        Assert.Equal(["threat block flag 1", "threat flag flag 1"], Rows((await WhatIf(today, other)).GetProperty("verdicts")).Order());
    }

    [Fact]
    public async Task Evidence_whose_key_is_not_at_hand_is_counted_and_left_out()
    {
        await Record("call 07700 900123");
        File.Delete(Path.Combine(folder.FullName, "master.key"));

        var (code, output, _) = await Cli.Run(
            folder.FullName, folder.FullName, "what-if", "screening", "--policy", Policy("""{ "version": "mild", "actions": { "link": { "mild": "warn" } } }"""), "--json");

        var told = JsonSerializer.Deserialize<JsonElement>(output);
        Assert.Equal(0, code);
        Assert.Empty(told.GetProperty("evidence").EnumerateArray());
        Assert.Equal(1, told.GetProperty("sealed").GetInt32());
        Assert.Equal(["hate block deliver 1", "contact warn deliver 1"], Rows(told.GetProperty("verdicts")).OrderDescending());
    }

    [Fact]
    public async Task What_a_flag_sealed_without_a_report_is_judged_as_well_and_one_about_habits_has_nothing_to_judge()
    {
        await Record([Scored("model", 0.9)], ["hello there"], "call 07700 900123");

        var told = await WhatIf(
            Policy("""{ "version": "x", "actions": { "contact": { "mild": "warn" } } }""", "today.json"),
            Policy("""{ "version": "y", "actions": { "contact": { "mild": "flag" } } }"""));

        Assert.Equal([" deliver deliver 1", "contact warn flag 1"], Rows(told.GetProperty("evidence")).Order());
        Assert.Equal(0, told.GetProperty("sealed").GetInt32());
    }

    [Fact]
    public async Task A_policy_that_is_none_is_told()
    {
        await Record("hello");

        var (code, _, error) = await Cli.Run(folder.FullName, folder.FullName, "what-if", "screening", "--policy", Policy("{}"));

        Assert.Equal(2, code);
        Assert.Contains("policy.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told()
    {
        var (code, _, error) = await Cli.Run(folder.FullName, folder.FullName, "what-if", "screening", "--policy", "not-there.json");

        Assert.Equal(2, code);
        Assert.Contains("not-there.json", error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static IEnumerable<string> Rows(JsonElement changes) => changes.EnumerateArray().Select(row =>
        $"{row.GetProperty("category").GetString()} {row.GetProperty("was").GetString()} {row.GetProperty("wouldBe").GetString()} {row.GetProperty("count").GetInt32()}");

    private static Verdict Scored(string model, double score) =>
        new(ScreeningAction.Flag, ScreeningCategory.Threat, Severity.Strong, score, $"{model}/threat", "1", "1");

    /// <summary>A policy that differs by what the scores of the trained heads come to.</summary>
    private static string Thresholds(string heads) => $$"""
        {
          "version": "x", "actions": { "threat": { "strong": "flag", "severe": "block" }, "toxic": { "strong": "warn" } },
          "heads": {{heads}}, "openai": { "threat": { "strong": 0.5 } }
        }
        """;

    private async Task<JsonElement> WhatIf(string today, string other)
    {
        var (code, output, error) = await Cli.Run(
            folder.FullName, folder.FullName, "what-if", "screening", "--policy", other, "--json", $"--Screening:PolicyFile={today}");

        Assert.Equal((0, string.Empty), (code, error));
        return JsonSerializer.Deserialize<JsonElement>(output);
    }

    private string Policy(string json, string name = "policy.json")
    {
        var file = Path.Combine(folder.FullName, name);
        File.WriteAllText(file, json);
        return file;
    }

    /// <summary>A warned and a blocked message, and a report with these messages as its evidence.</summary>
    private Task Record(params string[] bodies) => Record(
        [
            new(ScreeningAction.Warn, ScreeningCategory.Contact, Severity.Mild, 1, "contact/phone", "1", "1"),
            new(ScreeningAction.Block, ScreeningCategory.Hate, Severity.Severe, 1, "lexicon", "1", "1"),
        ],
        bodies);

    private Task Record(IReadOnlyList<Verdict> verdicts, params string[] bodies) => Record(verdicts, bodies, null);

    /// <param name="flagged">A message that a flag of the screening sealed; null: there is none.</param>
    private async Task Record(IReadOnlyList<Verdict> verdicts, string[] bodies, string? flagged)
    {
        var matchId = Guid.NewGuid();
        await using var log = SqliteEventStore.Open(Path.Combine(folder.FullName, "events.db"), TimeProvider.System);
        await using var keys = new SqliteKeyStore(Path.Combine(folder.FullName, "keys.db"));
        using var sealer = new Sealer(keys, new SealingOptions(), Path.Combine(folder.FullName, "master.key"), TimeProvider.System);
        await sealer.EnsureReady(CancellationToken.None);

        await Append(log, StreamName.For("match", matchId), [.. verdicts.Select(verdict => new MatchEvent.MessageScreened(matchId, Guid.NewGuid(), 1, Ada, Guid.NewGuid(), verdict, Noon, Noon))]);

        var (caseId, reportId) = (Guid.NewGuid(), Guid.NewGuid());
        var report = await Seal(sealer, reportId, matchId, bodies);
        List<CaseEvent> events =
        [
            new CaseEvent.Reported(
                caseId, reportId, matchId, Guid.NewGuid(), Guid.NewGuid(), Ada, Guid.NewGuid(), ReportReason.Spam, null, report.Key, report.Evidence, report.Hash,
                bodies.Length, Noon),
        ];
        if (flagged is not null)
        {
            var flagId = Guid.NewGuid();
            var flag = await Seal(sealer, flagId, matchId, flagged);
            events.Add(new CaseEvent.Flagged(
                caseId, flagId, Ada, Guid.NewGuid(), "harassment", matchId, Guid.NewGuid(), verdicts[0], flag.Key, flag.Evidence, flag.Hash, 1, Noon));
            events.Add(new CaseEvent.Flagged(caseId, Guid.NewGuid(), Ada, Guid.NewGuid(), "spam", null, null, null, null, null, null, 0, Noon, "pasting"));
        }

        await Append(log, StreamName.For("case", caseId), [.. events]);
    }

    private static async Task<(string Key, string Evidence, string Hash)> Seal(Sealer sealer, Guid itemId, Guid matchId, params string[] bodies)
    {
        var evidence = new Evidence(matchId, Noon, [.. bodies.Select((body, index) => new EvidenceMessage(Guid.NewGuid(), index + 1, Ada, body, Noon))]);
        var json = JsonSerializer.Serialize(evidence, EventCodec.Json);
        var key = await sealer.TakeCaseKey(CancellationToken.None);
        return (
            key, await sealer.SealForCase(key, itemId, json, CancellationToken.None),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))));
    }

    private static async Task Append(SqliteEventStore log, StreamName stream, object[] events) => Assert.IsType<AppendResult.Appended>(await log.Append(
        stream, ExpectedRevision.NoStream, [.. events.Select(happened => EventCodec.Default.Encode(Guid.NewGuid(), happened, new(Guid.Empty, Guid.Empty, EventMetadata.System)))],
        CancellationToken.None));
}
