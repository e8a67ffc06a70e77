using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Commands;

/// <summary><c>replay</c>: a projection as it was at a moment or a position, as a SQLite file in a folder of the analyst's.</summary>
internal static class ReplayCommand
{
    public static Command Create(IConfiguration settings)
    {
        var projection = Shared.ProjectionName(ArgumentArity.ExactlyOne);
        var until = new Option<string>("--until") { Description = "An instant (2026-03-01T12:00:00Z) or a position", Required = true };
        until.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && Parse(token.Value) is null)
            {
                result.AddError($"'{token.Value}' is neither an instant, like 2026-03-01T12:00:00Z, nor a position.");
            }
        });
        var into = new Option<DirectoryInfo>("--into") { Description = "The folder for the file {projection}.db; made where it is absent", Required = true };
        var json = Shared.Json();
        var command = new Command("replay", "Write a projection as it was at an instant or a position into a SQLite file") { projection, until, into, json };
        command.SetAction((parsed, ct) => Run(
            settings, Shared.Named(parsed.GetRequiredValue(projection))[0], Parse(parsed.GetRequiredValue(until))!, parsed.GetRequiredValue(into), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, Projection projection, FeedEnd until, DirectoryInfo into, bool json, CancellationToken ct)
    {
        await using var session = Session.Open(settings);
        into.Create();
        var file = Path.Combine(into.FullName, $"{projection.Name}.db");

        // Under another name until it is whole: an interrupted replay leaves nothing that looks finished.
        var partial = file + ".partial";
        Delete(partial);
        try
        {
            var end = until is FeedEnd.At at ? at.Position : await session.Log.End(null, ct);
            var checkpoint = await Progress.Show($"replaying {projection.Name}", end, async passed =>
            {
                await using var build = await SqliteBuild.New(projection, partial, store: null, right: null, ct);
                await Rebuild.Fill(session.Feed, [build], until, passed, ct);
                await build.Finish(ct);
                return build.Checkpoint;
            });
            File.Move(partial, file, overwrite: true);
            if (json)
            {
                Shared.PrintJson(new { name = projection.Name, checkpoint.Position, checkpoint.Events, file });
            }
            else
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{projection.Name} from {checkpoint.Events:N0} events up to position {checkpoint.Position:N0}: {file}"));
            }

            return ExitCodes.Success;
        }
        finally
        {
            Delete(partial);
        }
    }

    private static FeedEnd? Parse(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? new FeedEnd.At(new(position))
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? new FeedEnd.Until(moment)
        : null;

    private static void Delete(string database)
    {
        foreach (var file in SqliteBuild.FilesOf(database))
        {
            File.Delete(file);
        }
    }
}
