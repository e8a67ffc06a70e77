using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Application.Events;
using RandomChat.Projections.Export;

namespace RandomChat.Projections.Commands;

/// <summary><c>export</c>: the whole log as a file, one row an event, as the log was when it began.</summary>
internal static class ExportCommand
{
    private const int BytesHeld = 1 << 20;

    public static Command Create(IConfiguration settings)
    {
        var format = new Option<string>("--format") { Description = "ndjson, csv or parquet", Required = true };
        format.AcceptOnlyFromAmong("ndjson", "csv", "parquet");
        var output = new Option<FileInfo>("--out") { Description = "The file; one that is there is replaced when the new one is whole", Required = true };
        var json = Shared.Json();
        var command = new Command("export", "Write every event of the log into a file") { format, output, json };
        command.SetAction((parsed, ct) => Run(settings, parsed.GetRequiredValue(format), parsed.GetRequiredValue(output), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, string format, FileInfo output, bool json, CancellationToken ct)
    {
        await using var session = Session.Open(settings);
        var end = await session.Log.End(null, ct);
        output.Directory!.Create();
        var partial = output.FullName + ".partial";
        try
        {
            var count = await Progress.Show("exporting", end, async passed =>
            {
                await using var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.Read, BytesHeld);
                await using IExportFormat rows = format switch
                {
                    "ndjson" => new NdjsonFormat(stream),
                    "csv" => new CsvFormat(stream),
                    _ => await ParquetFormat.Create(stream, ct),
                };
                var written = await Write(session.Log.Everything(null, ct), end, rows, passed, ct);
                await rows.Finish(ct);
                return written;
            });
            File.Move(partial, output.FullName, overwrite: true);
            if (json)
            {
                Shared.PrintJson(new { file = output.FullName, format, events = count, position = end?.Value ?? 0 });
            }
            else
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count:N0} events up to position {end?.Value ?? 0:N0}: {output.FullName}"));
            }

            return ExitCodes.Success;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static async Task<long> Write(
        IAsyncEnumerable<LogItem> log, LogPosition? end, IExportFormat rows, Action<LogPosition> passed, CancellationToken ct)
    {
        var count = 0L;
        await foreach (var item in log.WithCancellation(ct))
        {
            if (item is LogItem.CaughtUp || (item is LogItem.Event { Recorded.Position: var position } && position > end))
            {
                break;
            }

            if (item is LogItem.Event { Recorded: var recorded })
            {
                await rows.Write(ExportRow.Of(recorded), ct);
                passed(recorded.Position);
                count++;
            }
        }

        return count;
    }
}
