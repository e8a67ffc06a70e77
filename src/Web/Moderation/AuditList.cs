using System.Globalization;
using System.Text;
using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Export;
using RandomChat.Projections.Visitors;
using RandomChat.Web.Accounts;
using RandomChat.Web.Pages.Admin;

namespace RandomChat.Web.Moderation;

/// <summary>What the staff did, in words: for the page and as a file.</summary>
public sealed class AuditList(LogQueries log, StaffAccounts accounts)
{
    private const int Chunk = 500;

    /// <summary>A page of it, the latest first.</summary>
    /// <param name="before">A position: only what came before; null: all.</param>
    /// <exception cref="DependencyUnavailableException">The read models cannot be read now.</exception>
    public async Task<ActPage> Page(ActFilter filter, long? before, int size, CancellationToken ct)
    {
        var (found, names, lines) = (await log.Acts(filter, before, size + 1, ct), new StaffNames(accounts), new List<ActLine>(size));
        foreach (var (act, e) in found.Take(size))
        {
            lines.Add(await Line(act, e, names));
        }

        return new(lines, found.Count > size ? lines[^1].Position : null);
    }

    /// <summary>All that fits, the latest first, as CSV with a header, or as NDJSON.</summary>
    /// <inheritdoc cref="Page"/>
    public async Task Write(ActFilter filter, bool asCsv, Stream output, CancellationToken ct)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = asCsv ? "\r\n" : "\n" };
        if (asCsv)
        {
            await writer.WriteLineAsync("position,at,by,kind,type,stream,what");
        }

        for (long? before = null; ;)
        {
            var page = await Page(filter, before, Chunk, ct);
            foreach (var line in page.Events)
            {
                var row = new
                {
                    line.Position,
                    At = line.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
                    line.By,
                    Kind = line.Kind.ToString().ToLowerInvariant(),
                    line.Type,
                    line.Stream,
                    What = line.Member is { } member ? $"{member}: {line.Words}" : line.Words,
                };
                var text = asCsv
                    ? Csv.Line(row.Position.ToString(CultureInfo.InvariantCulture), row.At, row.By, row.Kind, row.Type, row.Stream, row.What)
                    : JsonSerializer.Serialize(row, EventCodec.Json);
                await writer.WriteLineAsync(text.AsMemory(), ct);
            }

            await writer.FlushAsync(ct);
            if ((before = page.Older) is null)
            {
                return;
            }
        }
    }

    private async Task<ActLine> Line(StaffAct act, HistoryEvent e, StaffNames names)
    {
        var (happened, stream) = (EventCodec.Default.Decode(e.Recorded()), new StreamName(e.Stream));
        var member = stream.Category == "staff" && Guid.TryParse(stream.Id, out var about)
            ? await accounts.NameOf(about) ?? $"invitation {EventWords.Short(about)}"
            : null;
        return new(
            e.Position, e.At, act.Kind, e.Type, e.Stream, TimelineView.SubjectOf(happened, stream), member, EventWords.For(happened), await names.OfActor(e.Actor));
    }
}

/// <param name="Older">Where the page before this one begins; null where there is none.</param>
public sealed record ActPage(IReadOnlyList<ActLine> Events, long? Older);

/// <param name="SubjectId">Whose history it belongs to; null where it is nobody's.</param>
/// <param name="Member">About whom of the staff; null where it is about nobody of them.</param>
/// <param name="Words">What was done.</param>
/// <param name="By">Who did it, by name.</param>
public sealed record ActLine(
    long Position, DateTimeOffset At, StaffActKind Kind, string Type, string Stream, string? SubjectId, string? Member, string Words, string By);
