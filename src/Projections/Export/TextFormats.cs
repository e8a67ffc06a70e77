using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace RandomChat.Projections.Export;

/// <summary>One JSON object a line; <c>data</c> is nested JSON.</summary>
internal sealed class NdjsonFormat(Stream output) : IExportFormat
{
    private readonly Utf8JsonWriter json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public async Task Write(ExportRow row, CancellationToken ct)
    {
        json.WriteStartObject();
        json.WriteNumber("position", row.Position);
        json.WriteString("stream", row.Stream);
        json.WriteNumber("revision", row.Revision);
        json.WriteString("type", row.Type);
        json.WriteString("at", Text.Moment(row.At));
        json.WriteString("actor", row.Actor);
        json.WriteString("correlationId", row.CorrelationId);
        if (row.MessageId is { } message)
        {
            json.WriteString("messageId", message);
        }

        json.WritePropertyName("data");
        json.WriteRawValue(row.Data);
        json.WriteEndObject();
        await json.FlushAsync(ct);
        output.WriteByte((byte)'\n');
        json.Reset();
    }

    public Task Finish(CancellationToken ct) => output.FlushAsync(ct);

    public ValueTask DisposeAsync() => json.DisposeAsync();
}

/// <summary>RFC 4180 with a header; <c>data</c> is JSON text.</summary>
internal sealed class CsvFormat : IExportFormat
{
    private readonly StreamWriter output;

    public CsvFormat(Stream stream)
    {
        output = new(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\r\n" };
        output.WriteLine(string.Join(',', ExportRow.Columns));
    }

    public async Task Write(ExportRow row, CancellationToken ct) => await output.WriteLineAsync(
        Csv.Line(
            row.Position.ToString(CultureInfo.InvariantCulture), row.Stream, row.Revision.ToString(CultureInfo.InvariantCulture),
            row.Type, Text.Moment(row.At), row.Actor, row.CorrelationId.ToString("D"), row.MessageId?.ToString("D"), row.Data).AsMemory(),
        ct);

    public Task Finish(CancellationToken ct) => output.FlushAsync(ct);

    public ValueTask DisposeAsync() => output.DisposeAsync();
}

/// <summary>Lines of RFC 4180.</summary>
public static class Csv
{
    /// <summary>One line, without its end.</summary>
    public static string Line(params IEnumerable<string?> fields) => string.Join(',', fields.Select(Quoted));

    private static string? Quoted(string? text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text!.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}

internal static class Text
{
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
