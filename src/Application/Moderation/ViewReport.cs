using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Opens a report, or what was flagged, with its evidence. That claims the case while it is open, and is recorded before anything is shown.</summary>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may see severe cases; others are refused with <c>forbidden</c>.</param>
/// <param name="Knowingly">They look into a severe case although somebody else has; without it that is <c>conflict</c>.</param>
public sealed record ViewReport(Guid CaseId, Guid ReportId, Guid By, bool HandlesSevere = false, bool Knowingly = false) : IRequest<Outcome<ViewedReport>>;

/// <param name="Comment">What the reporter wrote; null where nothing, or where it is forgotten.</param>
/// <param name="Evidence">Null where it is forgotten, or where there never was any.</param>
/// <param name="Hold">The legal hold that lasts; null where none does.</param>
/// <param name="IsIntact">Whether the evidence is what was hashed when it was taken; true where there is none.</param>
public sealed record ViewedReport(ICaseItem Report, string? Comment, Evidence? Evidence, ViewedHold? Hold, bool IsIntact);

/// <param name="Reason">Null where it is forgotten.</param>
/// <param name="Until">Null where only its release ends it.</param>
/// <param name="By">Who of the staff.</param>
public sealed record ViewedHold(string? Reason, DateTimeOffset? Until, Guid By, DateTimeOffset HeldAt);

public sealed class ViewReportHandler(CommandExecutor executor, ISealer sealer, Preservation preservation, TimeProvider clock) : IRequestHandler<ViewReport, Outcome<ViewedReport>>
{
    public async ValueTask<Outcome<ViewedReport>> Handle(ViewReport request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var executed = await executor.Execute(
            Case.Decider, request.CaseId, new CaseCommand.View(request.ReportId, request.By, now, request.HandlesSevere, request.Knowingly), Guid.NewGuid(),
            EventMetadata.Staff(request.By), cancellationToken);
        if (executed is Executed<CaseEvent, CaseState>.Refused { Reason: var reason, State: var stood })
        {
            return CaseStanding.Refuse(reason, stood);
        }

        var known = ((Executed<CaseEvent, CaseState>.Done)executed).State;
        await preservation.Ensure(request.CaseId, known, cancellationToken);
        var report = known.Find(request.ReportId)!;
        var comment = report.Comment is { } text ? await sealer.OpenForCase(report.Id, text, cancellationToken) : null;
        var json = report.Evidence is { } taken ? await sealer.OpenForCase(report.Id, taken, cancellationToken) : null;
        var evidence = json is null ? null : JsonSerializer.Deserialize<Evidence>(json, EventCodec.Json);
        var isIntact = json is null || Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))) == report.EvidenceHash;
        return new ViewedReport(report, comment, evidence, known.HoldAt(now)?.Placed is { } hold
            ? new(await sealer.OpenForCase(hold.HoldId, hold.Reason, cancellationToken), hold.Until, hold.By, hold.At)
            : null, isIntact);
    }
}
