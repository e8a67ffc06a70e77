using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Commands;

/// <summary><c>rebuild</c>: builds projections anew beside the live ones and swaps. A running server follows the new ones.</summary>
internal static class RebuildCommand
{
    public static Command Create(IConfiguration settings)
    {
        var projection = Shared.ProjectionName(ArgumentArity.ZeroOrOne);
        var all = new Option<bool>("--all") { Description = "Every projection, reading the log once" };
        var json = Shared.Json();
        var command = new Command("rebuild", "Build a projection anew beside the live one, then swap; it can be interrupted and run again") { projection, all, json };
        command.Validators.Add(result =>
        {
            if (result.GetResult(projection)?.Tokens.Count is > 0 == (result.GetResult(all) is not null && result.GetValue(all)))
            {
                result.AddError("Name one projection, or say --all.");
            }
        });
        command.SetAction((parsed, ct) => Run(settings, Shared.Named(parsed.GetValue(projection)), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, IReadOnlyList<Projection> projections, bool json, CancellationToken ct)
    {
        await using var session = Session.Open(settings);
        var began = TimeProvider.System.GetTimestamp();
        var built = await Progress.Show(
            "rebuilding", await session.Log.End(null, ct), passed => new Rebuild(session.Store, session.Feed).Run(projections, passed, ct));
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        if (json)
        {
            Shared.PrintJson(built.Select(one => new { name = one.Projection, one.Version, one.Position, one.Events, seconds = Math.Round(seconds, 3) }));
            return ExitCodes.Success;
        }

        foreach (var one in built)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{one.Projection}: version {one.Version} is live, from {one.Events:N0} events up to position {one.Position:N0}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{seconds:0.0} s, {built.Max(one => one.Events) / Math.Max(seconds, 0.001):N0} events applied a second; messages, which expire, were passed over"));
        return ExitCodes.Success;
    }
}
