using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;
using RandomChat.Projections.Matchmaking;
using RandomChat.Projections.Moderation;

namespace RandomChat.Projections.Commands;

/// <summary><c>what-if screening</c>: what another policy would have made of recorded verdicts and sealed evidence.</summary>
internal static class WhatIfScreening
{
    public static Command Create(IConfiguration settings)
    {
        var policy = new Option<FileInfo>("--policy") { Description = "The other policy, a file like screening-policy.json", Required = true }.AcceptExistingOnly();
        var json = Shared.Json();
        var command = new Command("screening", "Judge recorded verdicts and the evidence of reports and flags by another policy") { policy, json };
        command.SetAction((parsed, ct) => Run(settings, parsed.GetRequiredValue(policy), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, FileInfo file, bool json, CancellationToken ct)
    {
        var (today, other) = (ScreeningSetup.PolicyOf(settings), ScreeningPolicyFile.Read(file.FullName));
        var heads = ScreeningSetup.HeadsOf(settings);
        await using var session = Session.Open(settings);
        await using var keys = WishKeys.Open(settings);
        var end = await session.Log.End(null, ct);
        var replay = await Progress.Show("judging again", end, passed => ScreeningReplay.Run(
            session.Log, EventCodec.Default, keys?.Sealer, new LocalTextScreen(), heads, today, other, end, passed, ct));
        if (json)
        {
            Shared.PrintJson(new
            {
                policies = new { today = today.Version, other = other.Version },
                verdicts = Counted(replay.Verdicts),
                evidence = Counted(replay.Evidence),
                @sealed = replay.Sealed,
            });
            return ExitCodes.Success;
        }

        Print($"{replay.Verdicts.Count} recorded verdicts", replay.Verdicts);
        Print($"{replay.Evidence.Count} messages of evidence, by policy {today.Version} and by policy {other.Version}", replay.Evidence);
        if (replay.Sealed > 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The evidence of {replay.Sealed:N0} reports and flags cannot be opened any more, or not here."));
        }

        return ExitCodes.Success;
    }

    private static void Print(string what, IReadOnlyList<ScreeningChange> changes)
    {
        Console.WriteLine(what);
        foreach (var row in Counted(changes))
        {
            var changed = row.Was == row.WouldBe ? "" : "  changed";
            Console.WriteLine($"  {row.Category?.ToString() ?? "nothing found",-16} {row.Was,-8} {row.WouldBe,-8} {row.Count.ToString("N0", CultureInfo.InvariantCulture),10}{changed}");
        }
    }

    private static IReadOnlyList<CountedChange> Counted(IReadOnlyList<ScreeningChange> changes) =>
    [
        .. changes.GroupBy(change => change)
            .Select(group => new CountedChange(group.Key.Category, group.Key.Was, group.Key.WouldBe, group.Count()))
            .OrderByDescending(row => row.Was != row.WouldBe).ThenByDescending(row => row.Count).ThenBy(row => row.Category),
    ];

    private sealed record CountedChange(ScreeningCategory? Category, ScreeningAction Was, ScreeningAction WouldBe, int Count);
}
