using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Application.Events;
using RandomChat.Application.Settings;
using RandomChat.Domain.Matchmaking;
using RandomChat.Projections.Matchmaking;

namespace RandomChat.Projections.Commands;

/// <summary><c>what-if</c>, and <c>what-if pairing</c>: what would have come of the recorded waits under other rules of pairing.</summary>
internal static class WhatIfCommand
{
    public static Command Create(IConfiguration settings)
    {
        var patience = Duration("--patience", "Instead of Matching:InterestPatience, e.g. 00:00:10");
        var window = Duration("--rematch-window", "Instead of Matching:RematchWindow, e.g. 01:00:00; 00:00:00 switches it off");
        var json = Shared.Json();
        var pairing = new Command("pairing", "Replay the recorded waits against other rules, and against today's to compare with") { patience, window, json };
        pairing.Validators.Add(result =>
        {
            if (result.GetResult(patience) is null && result.GetResult(window) is null)
            {
                result.AddError("Say what would be different: --patience, --rematch-window or both.");
            }
        });
        pairing.SetAction((parsed, ct) =>
        {
            var matching = settings.GetSection(MatchingOptions.Section).Get<MatchingOptions>() ?? new();
            var today = PairingRules.Default with { InterestPatience = matching.InterestPatience, RematchWindow = matching.RematchWindow };
            var other = today with
            {
                InterestPatience = Parse(parsed.GetValue(patience)) ?? today.InterestPatience,
                RematchWindow = Parse(parsed.GetValue(window)) ?? today.RematchWindow,
            };
            return Run(settings, today, other, matching.Timeout, parsed.GetValue(json), ct);
        });
        return new Command("what-if", "Try other rules on what was recorded") { pairing, WhatIfScreening.Create(settings) };
    }

    private static async Task<int> Run(
        IConfiguration settings, PairingRules today, PairingRules other, TimeSpan timeout, bool json, CancellationToken ct)
    {
        await using var session = Session.Open(settings);
        await using var keys = WishKeys.Open(settings);
        var end = await session.Log.End(null, ct);
        var recorded = await Progress.Show(
            "reading waits", end, passed => RecordedTickets.Read(session.Log, EventCodec.Default, keys?.Sealer, end, passed, ct));
        var was = PairingOutcome.Of(
            recorded.Tickets.Count, [.. recorded.Tickets.Where(ticket => ticket.Matched).Select(ticket => ticket.Waited)], recorded.SharedInterests);
        var asToday = new PairingReplay(recorded, today, timeout).Run();
        var asOther = new PairingReplay(recorded, other, timeout).Run();
        if (json)
        {
            Shared.PrintJson(new
            {
                @sealed = recorded.Sealed,
                rules = new { today = Written(today), other = Written(other) },
                recorded = was,
                today = asToday,
                other = asOther,
            });
            return ExitCodes.Success;
        }

        Console.WriteLine($"today: patience {today.InterestPatience:c}, rematch window {today.RematchWindow:c}; other: patience {other.InterestPatience:c}, rematch window {other.RematchWindow:c}");
        Console.WriteLine($"{"",-28} {"recorded",12} {"today",12} {"other",12} {"change",12}");
        Line("waits", one => one.Waits, "N0");
        Line("matches", one => one.Matches, "N0");
        Line("left waiting", one => one.LeftWaiting, "N0");
        Line("median wait, seconds", one => one.MedianWaitSeconds, "N1");
        Line("95 % waited at most, seconds", one => one.Percentile95WaitSeconds, "N1");
        Line("matches with an interest", one => one.WithSharedInterests, "N0");
        Line("shared interests a match", one => one.SharedInterests, "N2");
        if (recorded.Sealed > 0)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"What {recorded.Sealed:N0} waits wished for cannot be opened any more; they are replayed as if they had given no interests."));
        }

        return ExitCodes.Success;

        void Line(string what, Func<PairingOutcome, double> number, string format)
        {
            string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
            var change = number(asOther) - number(asToday);
            Console.WriteLine($"{what,-28} {Text(number(was)),12} {Text(number(asToday)),12} {Text(number(asOther)),12} {(change > 0 ? "+" : "") + Text(change),12}");
        }
    }

    private static object Written(PairingRules rules) => new { patience = rules.InterestPatience, rematchWindow = rules.RematchWindow };

    private static Option<string> Duration(string name, string description)
    {
        var option = new Option<string>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Parse(token.Value) is null)
            {
                result.AddError($"'{token.Value}' is no duration: hours, minutes and seconds, like 00:00:10.");
            }
        });
        return option;
    }

    /// <summary>Null for what is no duration. A bare number would be days, which nobody means.</summary>
    private static TimeSpan? Parse(string? text) =>
        text is not null && text.Contains(':', StringComparison.Ordinal)
        && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var duration) && duration >= TimeSpan.Zero
            ? duration
            : null;
}
