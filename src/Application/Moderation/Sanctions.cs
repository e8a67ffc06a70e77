using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Moderation;

/// <summary>
/// Records what is done about somebody and makes a ban take effect: whoever decides it, in one way. Doing the same again
/// finishes what an outage left undone.
/// </summary>
public sealed class Sanctions(
    CommandExecutor executor, ISealer sealer, IDeviceMarks marks, IBanIndex index, BanEnforcement enforcement, TimeProvider clock, ILogger<Sanctions> log)
{
    /// <summary>Does what the ladder says for one more breach of a policy.</summary>
    /// <param name="policy">The code of the policy that was broken.</param>
    /// <param name="statement">What whoever is sanctioned is told, in clear.</param>
    /// <param name="by">Who of the staff; null where it is automated.</param>
    /// <inheritdoc cref="Impose"/>
    public Task<Executed<BanEvent, BanState>> ByLadder(
        Guid sanctionId, Guid visitorId, string policy, string statement, Guid? by, CancellationToken ct) =>
        Impose(
            sanctionId, visitorId, statement, by,
            (words, devices) => new BanCommand.Sanction(sanctionId, visitorId, policy, words, by, devices, clock.GetUtcNow()), ct);

    /// <summary>Bans until a moment that somebody chose.</summary>
    /// <param name="policy">The code of the policy that was broken.</param>
    /// <param name="until">Null for good.</param>
    /// <param name="statement">What whoever is banned is told, in clear.</param>
    /// <param name="by">Who of the staff.</param>
    /// <inheritdoc cref="Impose"/>
    public Task<Executed<BanEvent, BanState>> Issue(
        Guid sanctionId, Guid visitorId, string policy, DateTimeOffset? until, string statement, Guid by, CancellationToken ct) =>
        Impose(
            sanctionId, visitorId, statement, by,
            (words, devices) => new BanCommand.Issue(sanctionId, visitorId, policy, until, words, by, devices, clock.GetUtcNow()), ct);

    /// <returns>The sanction is in the state by its id, or it was refused and nothing was done.</returns>
    /// <exception cref="DependencyUnavailableException">Nothing was recorded.</exception>
    private async Task<Executed<BanEvent, BanState>> Impose(
        Guid sanctionId, Guid visitorId, string statement, Guid? by, Func<string, IReadOnlyList<string>, BanCommand> command, CancellationToken ct)
    {
        var visitor = await executor.Load(Visitor.Decider, visitorId, ct);
        string[] devices = [.. visitor.Devices.Select(marks.Of).Order(StringComparer.Ordinal)];
        var words = await Statements.Seal(sealer, sanctionId, statement, ct);
        var executed = await executor.Execute(
            Ban.Decider, visitorId, command(words, devices), sanctionId,
            by is { } staff ? EventMetadata.Staff(staff) : EventMetadata.System, ct);
        if (executed is Executed<BanEvent, BanState>.Done { State: var state } && state.Find(sanctionId) is { IsBan: true })
        {
            index.NoteBanned(visitorId, devices);
            await Enforce(visitorId);
        }

        return executed;
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
