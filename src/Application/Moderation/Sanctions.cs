using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Application.Sealing;
using RandomChat.Domain;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Moderation;

/// <summary>
/// Records what is done about somebody and makes a ban take effect: whoever decides it, in one way. Where it comes of what is
/// open in a case, the case is reserved first: nobody can decide otherwise between the sanction and the decision that names it.
/// Doing the same again finishes what an outage left undone.
/// </summary>
public sealed class Sanctions(
    CommandExecutor executor, ISealer sealer, IDeviceMarks marks, IBanIndex index, BanEnforcement enforcement, TimeProvider clock, ILogger<Sanctions> log)
{
    /// <summary>Does what the ladder says for one more breach of a policy.</summary>
    /// <param name="of">The case that is decided next.</param>
    /// <param name="policy">The code of the policy that was broken.</param>
    /// <param name="statement">What whoever is sanctioned is told, in clear.</param>
    /// <param name="by">Who of the staff; null where it is automated.</param>
    /// <param name="most">No harder than this; null where the ladder decides alone.</param>
    /// <exception cref="DependencyUnavailableException">Nothing was recorded.</exception>
    public Task<Imposed> ByLadder(
        Guid sanctionId, CaseToDecide of, Guid visitorId, string policy, string statement, Guid? by, CancellationToken ct, SanctionStep? most = null) =>
        Impose(
            sanctionId, of, visitorId, statement, by,
            (words, devices) => new BanCommand.Sanction(sanctionId, visitorId, policy, words, by, devices, clock.GetUtcNow(), most), ct);

    /// <summary>Bans until a moment that somebody chose.</summary>
    /// <param name="of">The case that is decided next; null where none is.</param>
    /// <param name="until">Null for good.</param>
    /// <param name="by">Who of the staff.</param>
    /// <inheritdoc cref="ByLadder"/>
    public Task<Imposed> Issue(
        Guid sanctionId, CaseToDecide? of, Guid visitorId, string policy, DateTimeOffset? until, string statement, Guid by, CancellationToken ct) =>
        Impose(
            sanctionId, of, visitorId, statement, by,
            (words, devices) => new BanCommand.Issue(sanctionId, visitorId, policy, until, words, by, devices, clock.GetUtcNow()), ct);

    private async Task<Imposed> Impose(
        Guid sanctionId, CaseToDecide? of, Guid visitorId, string statement, Guid? by, Func<string, IReadOnlyList<string>, BanCommand> command,
        CancellationToken ct)
    {
        var actor = by is { } staff ? EventMetadata.Staff(staff) : EventMetadata.System;
        if (of is not null
            && await executor.Execute(
                Case.Decider, of.CaseId, new CaseCommand.Reserve(sanctionId, by, clock.GetUtcNow(), of.HandlesSevere, of.Version), Guid.NewGuid(), actor, ct,
                cause: EventCause.PartOf(sanctionId))
            is Executed<CaseEvent, CaseState>.Refused { Reason: var taken, State: var known })
        {
            return new Imposed.NotReserved(taken, known);
        }

        // From here on whoever goes away leaves it done: what is reserved and not decided keeps everybody waiting.
        try
        {
            var visitor = await executor.Load(Visitor.Decider, visitorId, CancellationToken.None);
            string[] devices = [.. visitor.Devices.Select(marks.Of).Order(StringComparer.Ordinal)];
            var words = await Statements.Seal(sealer, sanctionId, statement, CancellationToken.None);
            var executed = await executor.Execute(Ban.Decider, visitorId, command(words, devices), sanctionId, actor, CancellationToken.None);
            if (executed is Executed<BanEvent, BanState>.Refused { Reason: var reason })
            {
                await Free(of, sanctionId, by);
                return new Imposed.Refused(reason);
            }

            var sanction = ((Executed<BanEvent, BanState>.Done)executed).State.Find(sanctionId)!;
            if (sanction.IsBan)
            {
                index.NoteBanned(visitorId, devices);
                await Enforce(visitorId);
            }

            return new Imposed.Done(sanction);
        }
        catch (DependencyUnavailableException)
        {
            await Free(of, sanctionId, by);
            throw;
        }
    }

    /// <summary>
    /// Nothing was imposed: whoever of the staff reserved the case may do something else about it at once. What is automated
    /// tries the same again.
    /// </summary>
    private async Task Free(CaseToDecide? of, Guid sanctionId, Guid? by)
    {
        if (of is null || by is not { } staff)
        {
            return;
        }

        try
        {
            await executor.Execute(
                Case.Decider, of.CaseId, new CaseCommand.Free(sanctionId, staff, clock.GetUtcNow()), Guid.NewGuid(), EventMetadata.Staff(staff),
                CancellationToken.None, cause: EventCause.PartOf(sanctionId));
        }
        catch (Exception e) when (e is DependencyUnavailableException or AppendOutcomeUnknownException)
        {
            LogMessages.CaseStaysReserved(log, of.CaseId, e);
        }
    }

    /// <summary>It is recorded: that it takes effect depends neither on the caller's patience nor on a node that is away.</summary>
    private async Task Enforce(Guid visitorId)
    {
        try
        {
            await enforcement.Enforce(visitorId, null, CancellationToken.None);
        }
        catch (Exception e) when (e is DependencyUnavailableException or NodeFailedException or AppendOutcomeUnknownException)
        {
            // Every node makes it take effect as soon as it has read it.
            LogMessages.BanNotFinished(log, visitorId, e);
        }
    }
}

/// <param name="HandlesSevere">Whether whoever sanctions may decide severe cases.</param>
/// <param name="Version">That they saw; null where they do not say.</param>
public sealed record CaseToDecide(Guid CaseId, bool HandlesSevere = false, int? Version = null);

/// <summary>How a sanction ended.</summary>
public abstract record Imposed
{
    private Imposed()
    {
    }

    /// <param name="Sanction">As it is now.</param>
    public sealed record Done(Sanction Sanction) : Imposed;

    /// <summary>By the rules of sanctions; nothing was done.</summary>
    public sealed record Refused(Rejection Reason) : Imposed;

    /// <summary>Somebody else works on the case, there is nothing in it to decide, or it is not theirs to decide; nothing was done.</summary>
    /// <param name="State">In which it was not to be had.</param>
    public sealed record NotReserved(Rejection Reason, CaseState State) : Imposed;
}
