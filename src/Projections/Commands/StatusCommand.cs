using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Commands;

/// <summary><c>status</c>: how far each projection has come.</summary>
internal static class StatusCommand
{
    public static Command Create(IConfiguration settings)
    {
        var json = Shared.Json();
        var command = new Command("status", "How far each projection has come, and which has stopped") { json };
        command.SetAction((parsed, ct) => Run(settings, parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, bool json, CancellationToken ct)
    {
        await using var session = Session.Open(settings);
        var found = new List<(Projection Projection, Checkpoint? Checkpoint)>();
        foreach (var projection in ProjectionsSetup.All)
        {
            found.Add((projection, await session.Store.ReadCheckpoint(projection, ct)));
        }

        var furthest = found.MaxBy(one => one.Checkpoint?.Position ?? 0).Checkpoint?.After;
        var end = (await session.Log.End(furthest, ct))?.Value ?? 0;
        var rows = found.ConvertAll(one => Row(one.Projection, one.Checkpoint, end));
        if (json)
        {
            Shared.PrintJson(rows);
            return ExitCodes.Success;
        }

        Console.WriteLine($"{"projection",-16} {"version",7} {"position",14} {"lag",14}  state");
        foreach (var row in rows)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{row.Name,-16} {row.Version,7} {row.Position,14:N0} {row.Lag,14:N0}  {row.State}{(row.Error is null ? "" : ": " + row.Error)}"));
        }

        return ExitCodes.Success;
    }

    private static StatusRow Row(Projection projection, Checkpoint? checkpoint, long end) => checkpoint is null
        ? new(projection.Name, projection.Version, 0, end, "missing", null)
        : new(
            projection.Name, checkpoint.Version, checkpoint.Position, Math.Max(0, end - checkpoint.Position),
            checkpoint.Error is not null ? "stopped" : checkpoint.Version != projection.Version ? "outdated" : "ok",
            checkpoint is { Error: { } error, ErrorPosition: { } position } ? string.Create(CultureInfo.InvariantCulture, $"at position {position}: {error}") : checkpoint.Error);

    /// <param name="Version">Of the live tables.</param>
    /// <param name="Lag">The log's end minus the position: with the embedded log about so many events, messages included.</param>
    /// <param name="State"><c>ok</c>, <c>stopped</c> (by the error), <c>outdated</c> (this program writes another version), <c>missing</c> (never built).</param>
    private sealed record StatusRow(string Name, int Version, long Position, long Lag, string State, string? Error);
}
