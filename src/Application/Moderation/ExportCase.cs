using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Makes the package of a case for authorities. That is recorded before anything of it is handed out, each time.</summary>
/// <param name="By">Who of the staff.</param>
/// <param name="ByName">Their name, for the manifest.</param>
/// <param name="HandlesSevere">Whether they may see severe cases; others are refused with <c>forbidden</c>.</param>
/// <param name="Knowingly">As in <see cref="ViewReport"/>: a package shows no less.</param>
/// <param name="Why">Why it is handed out again, 1 to <see cref="Ban.MaximumStatementLength"/> characters; needed but for the first time.</param>
public sealed record ExportCase(Guid CaseId, Guid By, string ByName, bool HandlesSevere = false, bool Knowingly = false, string? Why = null) : IRequest<Outcome<CasePackage>>;

/// <param name="ManifestHash">SHA-256 of <c>manifest.json</c>, lower-case hex; the same as in the event.</param>
/// <param name="Zip">The package; it was never on a disk.</param>
public sealed record CasePackage(Guid ExportId, string ManifestHash, byte[] Zip);

/// <summary>What a package says of itself. Hashes are SHA-256 in lower-case hex.</summary>
/// <param name="Revision">The last event of the case that is in it.</param>
public sealed record PackageManifest(
    Guid ExportId, Guid CaseId, Guid VisitorId, DateTimeOffset ExportedAt, PackageExporter ExportedBy, long Revision, IReadOnlyList<PackageFile> Files);

public sealed record PackageExporter(Guid Id, string Name);

public sealed record PackageFile(string Name, long Bytes, string Sha256);

/// <summary>A report, or what was flagged without one, as it is in a package.</summary>
/// <param name="MatchId">Null where it is about no one match.</param>
/// <param name="ReporterId">Null where nobody reported it.</param>
/// <param name="Comment">What the reporter wrote; null where nothing, or where it is destroyed.</param>
/// <param name="EvidenceHash">As it was recorded with the report: the hash of the evidence's file.</param>
/// <param name="EvidenceFile">Null where the evidence is destroyed.</param>
public sealed record PackagedReport(
    Guid ReportId, Guid? MatchId, Guid? ReporterId, Guid VisitorId, string Policy, DateTimeOffset ReceivedAt, string? Comment, string? EvidenceHash,
    string? EvidenceFile);

public sealed class ExportCaseHandler(IEventStore store, EventCodec codec, CommandExecutor executor, ISealer sealer, TimeProvider clock)
    : IRequestHandler<ExportCase, Outcome<CasePackage>>
{
    private static readonly JsonSerializerOptions Readable = new(EventCodec.Json) { WriteIndented = true };

    public async ValueTask<Outcome<CasePackage>> Handle(ExportCase request, CancellationToken cancellationToken)
    {
        var why = string.IsNullOrWhiteSpace(request.Why) ? null : request.Why;
        if (why is not null && Statements.ProblemOf(why, "why") is { } problem)
        {
            return problem;
        }

        var (known, events, revision) = await Read(request.CaseId, cancellationToken);
        var (exportId, now) = (Guid.NewGuid(), clock.GetUtcNow());
        var export = new CaseCommand.Export(
            exportId, string.Empty, known.Items.Count, request.By, now, request.HandlesSevere, request.Knowingly, why);

        // Asked before anything is opened, and again where it is recorded.
        if (Case.Decider.Decide(export, known) is Decision<CaseEvent>.Rejected { Reason: var refused })
        {
            return CaseStanding.Refuse(refused, known);
        }

        List<(string Name, byte[] Content)> files = [("events.ndjson", events)];
        foreach (var item in known.Items)
        {
            files.AddRange(await Files(item, cancellationToken));
        }

        var manifest = JsonSerializer.SerializeToUtf8Bytes(
            new PackageManifest(
                exportId, request.CaseId, known.Subject!.Value.VisitorId, now, new(request.By, request.ByName), revision,
                [.. files.Select(file => new PackageFile(file.Name, file.Content.Length, Hash(file.Content)))]),
            Readable);
        var words = why is null ? null : await Statements.Seal(sealer, exportId, why, cancellationToken);
        var executed = await executor.Execute(
            Case.Decider, request.CaseId, export with { ManifestHash = Hash(manifest), Why = words }, exportId, EventMetadata.Staff(request.By), cancellationToken);
        return executed is Executed<CaseEvent, CaseState>.Refused { Reason: var reason, State: var stood }
            ? CaseStanding.Refuse(reason, stood)
            : new CasePackage(exportId, Hash(manifest), Zip([("manifest.json", manifest), .. files], now));
    }

    /// <summary>The case as it is after its stream, and the stream, a JSON object a line. What is sealed in it stays sealed.</summary>
    private async Task<(CaseState Known, byte[] Lines, long Revision)> Read(Guid caseId, CancellationToken ct)
    {
        using var lines = new MemoryStream();
        var (known, revision) = (Case.Decider.Initial, -1L);
        await foreach (var recorded in store.Read(StreamName.For(Case.Decider.Category, caseId), 0, ct))
        {
            known = Case.Decider.Evolve(known, (CaseEvent)codec.Decode(recorded));
            JsonSerializer.Serialize(
                lines,
                new
                {
                    Stream = recorded.Stream.Value,
                    recorded.Revision,
                    Position = recorded.Position.Value,
                    recorded.Type,
                    recorded.At,
                    EventCodec.DecodeMetadata(recorded).Actor,
                    Data = JsonSerializer.Deserialize<JsonElement>(recorded.Data.Span),
                },
                EventCodec.Json);
            lines.WriteByte((byte)'\n');
            revision = recorded.Revision;
        }

        return (known, lines.ToArray(), revision);
    }

    /// <summary>The report or flag, and its evidence byte by byte as it was hashed when it was taken: messages, verdicts, both histories.</summary>
    private async Task<IReadOnlyList<(string Name, byte[] Content)>> Files(ICaseItem item, CancellationToken ct)
    {
        var folder = $"reports/{item.Id:D}";
        var (report, flag) = (item as CaseEvent.Reported, item as CaseEvent.Flagged);
        var comment = item.Comment is { } text ? await sealer.OpenForCase(item.Id, text, ct) : null;
        var evidence = item.Evidence is { } taken ? await sealer.OpenForCase(item.Id, taken, ct) : null;
        var evidenceFile = evidence is null ? null : $"{folder}/evidence.json";
        var described = JsonSerializer.SerializeToUtf8Bytes(
            new PackagedReport(
                item.Id, report?.MatchId ?? flag?.MatchId, report?.ReporterId, item.VisitorId, item.Policy, item.At, comment, item.EvidenceHash, evidenceFile),
            Readable);
        return evidence is null
            ? [($"{folder}/report.json", described)]
            : [($"{folder}/report.json", described), (evidenceFile!, Encoding.UTF8.GetBytes(evidence))];
    }

    private static byte[] Zip(IEnumerable<(string Name, byte[] Content)> files, DateTimeOffset at)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                var entry = archive.CreateEntry(name);
                entry.LastWriteTime = at;
                using var writer = entry.Open();
                writer.Write(content);
            }
        }

        return bytes.ToArray();
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
