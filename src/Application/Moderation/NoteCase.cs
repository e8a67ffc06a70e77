using Mediator;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Writes something down about a case for the others of the staff.</summary>
/// <param name="Text">1 to <see cref="Case.MaximumNoteLength"/> characters.</param>
/// <param name="By">Who of the staff.</param>
/// <param name="HandlesSevere">Whether they may see severe cases; others are refused with <c>forbidden</c>.</param>
public sealed record NoteCase(Guid CaseId, string Text, Guid By, bool HandlesSevere = false) : IRequest<Outcome<Nothing>>;

/// <summary>Hands what is open in a case on to whoever may see severe cases, with a note that says why.</summary>
/// <inheritdoc cref="NoteCase"/>
public sealed record ReferCase(Guid CaseId, string Text, Guid By, bool HandlesSevere = false) : IRequest<Outcome<Nothing>>;

public sealed class NoteCaseHandler(CommandExecutor executor, ISealer sealer, Preservation preservation, TimeProvider clock)
    : IRequestHandler<NoteCase, Outcome<Nothing>>, IRequestHandler<ReferCase, Outcome<Nothing>>
{
    public ValueTask<Outcome<Nothing>> Handle(NoteCase request, CancellationToken cancellationToken) => Write(
        request.CaseId, request.Text, request.By,
        (id, text, key) => new CaseCommand.Note(id, text, key, request.By, clock.GetUtcNow(), request.HandlesSevere), cancellationToken);

    public ValueTask<Outcome<Nothing>> Handle(ReferCase request, CancellationToken cancellationToken) => Write(
        request.CaseId, request.Text, request.By,
        (id, text, key) => new CaseCommand.Refer(id, text, key, request.By, clock.GetUtcNow(), request.HandlesSevere), cancellationToken);

    private async ValueTask<Outcome<Nothing>> Write(
        Guid caseId, string text, Guid by, Func<Guid, string, string, CaseCommand> command, CancellationToken ct)
    {
        if (Statements.ProblemOf(text, "note") is { } problem)
        {
            return problem;
        }

        var (noteId, key) = (Guid.NewGuid(), await sealer.TakeCaseKey(ct));
        var words = await sealer.SealForCase(key, noteId, text.Trim(), ct);
        var executed = await executor.Execute(Case.Decider, caseId, command(noteId, words, key), noteId, EventMetadata.Staff(by), ct);
        if (executed is not Executed<CaseEvent, CaseState>.Done { State: var noted })
        {
            var (reason, state) = (Executed<CaseEvent, CaseState>.Refused)executed;
            return CaseStanding.Refuse(reason, state);
        }

        await preservation.Ensure(caseId, noted, CancellationToken.None);
        return default(Nothing);
    }
}
