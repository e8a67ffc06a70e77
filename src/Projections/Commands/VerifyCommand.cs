using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Commands;

/// <summary><c>verify</c>: builds projections beside the live ones up to the same position and compares every row.</summary>
internal static class VerifyCommand
{
    public static Command Create(IConfiguration settings)
    {
        var projection = Shared.ProjectionName(ArgumentArity.ZeroOrOne);
        var json = Shared.Json();
        var command = new Command("verify", "Build projections beside the live ones and compare every row; exit code 1 on a difference") { projection, json };
        command.SetAction((parsed, ct) => Run(settings, Shared.Named(parsed.GetValue(projection)), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, IReadOnlyList<Projection> projections, bool json, CancellationToken ct)
    {
        await using var session = Session.Open(settings);
        var results = new List<Verified>();
        foreach (var projection in projections)
        {
            var end = await session.Log.End(null, ct);
            var verified = await Progress.Show(
                $"verifying {projection.Name}", end, passed => new Verification(session.Store, session.Feed).Run(projection, passed, ct));
            results.Add(verified);
            if (!json)
            {
                Print(verified);
            }
        }

        if (json)
        {
            Shared.PrintJson(results);
        }

        return results.TrueForAll(result => result.Same) ? ExitCodes.Success : ExitCodes.CheckFailed;
    }

    private static void Print(Verified verified)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{verified.Name}: {(verified.Same ? "the same" : "NOT the same")}, {verified.Rows:N0} rows at position {verified.Position:N0}"));
        foreach (var difference in verified.Differences)
        {
            Console.WriteLine($"  {difference}");
        }
    }
}
