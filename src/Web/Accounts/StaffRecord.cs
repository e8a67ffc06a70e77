using RandomChat.Application;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>What is done about who is on the staff, decided and recorded in <c>staff-{id}</c>.</summary>
public sealed class StaffRecord(CommandExecutor executor, TimeProvider clock)
{
    /// <summary>Notes somebody who is there without an invitation; nothing where they are known already.</summary>
    public Task Note(Guid staffId, StaffRole role, bool handlesSevere, CancellationToken ct) => executor.Execute(
        Staff.Decider, staffId, new StaffCommand.Note(staffId, role, handlesSevere, clock.GetUtcNow()), DerivedId.From("staff", staffId, "noted"),
        EventMetadata.System, ct);

    /// <param name="by">The administrator, or the member themselves.</param>
    /// <exception cref="DependencyUnavailableException">Nothing was recorded.</exception>
    /// <returns>Where they stand afterwards.</returns>
    public async Task<Outcome<StaffState>> Decide(Guid staffId, StaffCommand command, Guid by, CancellationToken ct) =>
        await executor.Execute(Staff.Decider, staffId, command, Guid.NewGuid(), EventMetadata.Staff(by), ct) switch
        {
            Executed<StaffEvent, StaffState>.Done { State: var state } => state,
            Executed<StaffEvent, StaffState>.Refused { Reason: var reason } => Refusals.From(reason),
            _ => throw new InvalidOperationException("A command is done or refused."),
        };
}
