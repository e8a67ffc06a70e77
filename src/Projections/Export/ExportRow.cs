using System.Text;
using System.Text.Json;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Export;

/// <summary>An event as analysts get it. What is sealed in its data stays sealed.</summary>
/// <param name="MessageId">The message that the event is about; null where it is about none.</param>
/// <param name="Data">JSON.</param>
internal sealed record ExportRow(
    long Position, string Stream, long Revision, string Type, DateTimeOffset At, string Actor, Guid CorrelationId, Guid? MessageId, string Data)
{
    /// <summary>The columns in every format, in this order.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["position", "stream", "revision", "type", "at", "actor", "correlationId", "messageId", "data"];

    public static ExportRow Of(RecordedEvent recorded)
    {
        var metadata = EventCodec.DecodeMetadata(recorded);
        return new(
            recorded.Position.Value, recorded.Stream.Value, recorded.Revision, recorded.Type, recorded.At, metadata.Actor,
            metadata.CorrelationId, MessageIdIn(recorded.Data.Span), Encoding.UTF8.GetString(recorded.Data.Span));
    }

    private static Guid? MessageIdIn(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader is { CurrentDepth: 1, TokenType: JsonTokenType.PropertyName } && reader.ValueTextEquals("messageId"u8))
            {
                return reader.Read() && reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out var id) ? id : null;
            }
        }

        return null;
    }
}

/// <summary>A format that rows are written in, one after another, with bounded memory.</summary>
internal interface IExportFormat : IAsyncDisposable
{
    Task Write(ExportRow row, CancellationToken ct);

    /// <summary>Writes what belongs behind the last row.</summary>
    Task Finish(CancellationToken ct);
}
