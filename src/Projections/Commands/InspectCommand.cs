using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Commands;

/// <summary><c>inspect &lt;stream&gt;</c>: the events of one stream, oldest first. What is sealed stays sealed.</summary>
internal static partial class InspectCommand
{
    public static Command Create(IConfiguration settings)
    {
        var stream = new Argument<string>("stream") { Description = "A stream's name, e.g. match-0b7e3a52-…" };
        stream.Validators.Add(result =>
        {
            if (!StreamNamePattern().IsMatch(result.GetValueOrDefault<string>()))
            {
                result.AddError($"'{result.GetValueOrDefault<string>()}' is no stream: a category, a dash and an id, e.g. match-0b7e3a52-5d3c-4e0e-9c55-0a4d1f6c1e01.");
            }
        });
        var json = new Option<bool>("--json") { Description = "One JSON array for machines" };
        var command = new Command("inspect", "Print the events of one stream") { stream, json };
        command.SetAction((parsed, ct) => Run(settings, new(parsed.GetRequiredValue(stream)), parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, StreamName stream, bool json, CancellationToken ct)
    {
        await using var log = LogSource.Open(settings);
        await using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        var count = 0;
        await foreach (var recorded in log.Store.Read(stream, 0, ct))
        {
            await output.WriteAsync(json ? (count == 0 ? "[\n" : ",\n") + AsJson(recorded) : AsLine(recorded));
            count++;
        }

        if (json)
        {
            await output.WriteAsync(count == 0 ? "[]\n" : "\n]\n");
        }
        else if (count == 0)
        {
            await output.WriteLineAsync($"{stream} holds no events.");
        }

        return ExitCodes.Success;
    }

    private static string AsLine(RecordedEvent recorded) => string.Create(
        CultureInfo.InvariantCulture,
        $"{recorded.Position.Value,10} {recorded.Revision,5} {recorded.At:yyyy-MM-ddTHH:mm:ss.fffZ} {recorded.Type} {EventCodec.DecodeMetadata(recorded).Actor}\n{string.Empty,17}{Encoding.UTF8.GetString(recorded.Data.Span)}\n");

    private static string AsJson(RecordedEvent recorded)
    {
        var metadata = EventCodec.DecodeMetadata(recorded);
        return JsonSerializer.Serialize(
            new
            {
                position = recorded.Position.Value,
                stream = recorded.Stream.Value,
                revision = recorded.Revision,
                type = recorded.Type,
                at = recorded.At,
                actor = metadata.Actor,
                correlationId = metadata.CorrelationId,
                data = JsonSerializer.Deserialize<JsonElement>(recorded.Data.Span),
            },
            EventCodec.Json);
    }

    [GeneratedRegex("^[a-z]+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    private static partial Regex StreamNamePattern();
}
