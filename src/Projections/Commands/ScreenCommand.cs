using System.CommandLine;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using RandomChat.Application.Events;
using RandomChat.Application.Screening;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;
using RandomChat.Infrastructure.Screening.Models;

namespace RandomChat.Projections.Commands;

/// <summary><c>screen</c>: the verdict on each line of a file, as it would be given to a message.</summary>
internal static class ScreenCommand
{
    public static Command Create(IConfiguration settings)
    {
        var file = new Option<FileInfo>("--file") { Description = "One text a line; without it the standard input" }.AcceptExistingOnly();
        var json = Shared.Json();
        var command = new Command("screen", "Say what the screening makes of texts: one JSON object a line") { file, json };
        command.SetAction((parsed, ct) => Run(ScreeningSetup.PolicyOf(settings), ScreeningSetup.HeadsOf(settings), parsed.GetValue(file), ct));
        return command;
    }

    private static async Task<int> Run(ScreeningPolicy policy, TrainedHeads heads, FileInfo? file, CancellationToken ct)
    {
        var screen = new LocalTextScreen();
        using var input = file is null
            ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8)
            : new StreamReader(file.FullName, Encoding.UTF8);
        await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        while (await input.ReadLineAsync(ct) is { } line)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(Screened.Of(line, screen.Inspect(line), heads.Classify(line), policy), EventCodec.Json));
        }

        return ExitCodes.Success;
    }
}

/// <summary>What the screening makes of a text, as <c>screen</c> prints it.</summary>
/// <param name="Verdict">What would be done, the trained heads included, which are asked after delivery.</param>
/// <param name="Scores">0 to 1: how sure the trained heads are, whatever the other layers found.</param>
/// <param name="Rules">What was found and by which rule, the worst first.</param>
internal sealed record Screened(string Text, ScreeningAction Verdict, Scores Scores, IReadOnlyList<ScreenedRule> Rules)
{
    public static Screened Of(string text, TextFindings found, Classification classification, ScreeningPolicy policy)
    {
        double ScoreOf(ScreeningCategory head) => Math.Round(classification.Scores[head], 4);
        var findings = policy.WithScores(found.Findings, classification);
        return new(
            text,
            policy.Judge(findings)?.Action ?? ScreeningAction.Deliver,
            new(
                ScoreOf(ScreeningCategory.Toxic), ScoreOf(ScreeningCategory.Hate), ScoreOf(ScreeningCategory.Threat),
                ScoreOf(ScreeningCategory.Sexual), ScoreOf(ScreeningCategory.Spam)),
            [
                .. findings.OrderByDescending(finding => finding.Severity)
                    .Select(finding => new ScreenedRule(finding.Rule, finding.RuleVersion, finding.Category, finding.Severity, finding.Score)),
            ]);
    }
}

internal sealed record Scores(double Toxic, double Hate, double Threat, double Sexual, double Spam);

internal sealed record ScreenedRule(string Rule, string Version, ScreeningCategory Category, Severity Severity, double Score);
