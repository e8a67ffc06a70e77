using System.Text.Json;
using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Opens a report, or what was flagged, with its evidence. That claims the case while it is open, and is recorded before anything is shown.</summary>
/// <param name="By">Who of the staff.</param>
public sealed record ViewReport(Guid CaseId, Guid ReportId, Guid By) : IRequest<Outcome<ViewedReport>>;

/// <param name="Comment">What the reporter wrote; null where nothing, or where it is forgotten.</param>
/// <param name="Evidence">Null where it is forgotten, or where there never was any.</param>
public sealed record ViewedReport(ICaseItem Report, string? Comment, Evidence? Evidence);

public sealed class ViewReportHandler(CommandExecutor executor, ISealer sealer, TimeProvider clock) : IRequestHandler<ViewReport, Outcome<ViewedReport>>
{
    public async ValueTask<Outcome<ViewedReport>> Handle(ViewReport request, CancellationToken cancellationToken)
    {
        var executed = await executor.Execute(
            Case.Decider, request.CaseId, new CaseCommand.View(request.ReportId, request.By, clock.GetUtcNow()), Guid.NewGuid(),
            EventMetadata.Staff(request.By), cancellationToken);
        if (executed is Executed<CaseEvent, CaseState>.Refused { Reason: var reason, State: var stood })
        {
            return CaseStanding.Refuse(reason, stood);
        }

        var report = ((Executed<CaseEvent, CaseState>.Done)executed).State.Find(request.ReportId)!;
        var comment = report.Comment is { } text ? await sealer.OpenForCase(report.Id, text, cancellationToken) : null;
        var evidence = report.Evidence is { } taken && await sealer.OpenForCase(report.Id, taken, cancellationToken) is { } json
            ? JsonSerializer.Deserialize<Evidence>(json, EventCodec.Json)
            : null;
        return new ViewedReport(report, comment, evidence);
    }
}
