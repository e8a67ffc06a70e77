using Parquet;
using Parquet.Schema;

namespace RandomChat.Projections.Export;

/// <summary>Parquet in row groups of <see cref="RowsAGroup"/>; ids and <c>data</c> are text, <c>at</c> is a timestamp in UTC with microseconds.</summary>
internal sealed class ParquetFormat : IExportFormat
{
    private const int RowsAGroup = 20_000;

    private static readonly DataField Position = new DataField<long>("position");
    private static readonly DataField Stream = new("stream", typeof(string), isNullable: false);
    private static readonly DataField Revision = new DataField<long>("revision");
    private static readonly DataField Type = new("type", typeof(string), isNullable: false);
    private static readonly DateTimeDataField At = new("at", DateTimeFormat.Timestamp, isAdjustedToUTC: true, unit: DateTimeTimeUnit.Micros);
    private static readonly DataField Actor = new("actor", typeof(string), isNullable: false);
    private static readonly DataField CorrelationId = new("correlationId", typeof(string), isNullable: false);
    private static readonly DataField MessageId = new("messageId", typeof(string), isNullable: true);
    private static readonly DataField Data = new("data", typeof(string), isNullable: false);

    private readonly List<ExportRow> rows = [];
    private readonly ParquetWriter file;

    private ParquetFormat(ParquetWriter file) => this.file = file;

    public static async Task<ParquetFormat> Create(Stream output, CancellationToken ct) =>
        new(await ParquetWriter.CreateAsync(
            new ParquetSchema(Position, Stream, Revision, Type, At, Actor, CorrelationId, MessageId, Data), output,
            new ParquetOptions { CompressionMethod = CompressionMethod.Zstd, CompressionLevel = System.IO.Compression.CompressionLevel.Fastest }, cancellationToken: ct));

    public async Task Write(ExportRow row, CancellationToken ct)
    {
        rows.Add(row);
        if (rows.Count == RowsAGroup)
        {
            await WriteGroup(ct);
        }
    }

    public async Task Finish(CancellationToken ct)
    {
        if (rows.Count > 0)
        {
            await WriteGroup(ct);
        }
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private async Task WriteGroup(CancellationToken ct)
    {
        using var group = file.CreateRowGroup();
        await group.WriteAsync<long>(Position, rows.Select(row => row.Position).ToArray(), cancellationToken: ct);
        await group.WriteAsync(Stream, rows.ConvertAll(row => row.Stream));
        await group.WriteAsync<long>(Revision, rows.Select(row => row.Revision).ToArray(), cancellationToken: ct);
        await group.WriteAsync(Type, rows.ConvertAll(row => row.Type));
        await group.WriteAsync<DateTime>(At, rows.Select(row => row.At.UtcDateTime).ToArray(), cancellationToken: ct);
        await group.WriteAsync(Actor, rows.ConvertAll(row => row.Actor));
        await group.WriteAsync(CorrelationId, rows.ConvertAll(row => row.CorrelationId.ToString("D")));
        await group.WriteAsync(MessageId, rows.ConvertAll(row => row.MessageId?.ToString("D")!));
        await group.WriteAsync(Data, rows.ConvertAll(row => row.Data));
        group.CompleteValidate();
        rows.Clear();
    }
}
