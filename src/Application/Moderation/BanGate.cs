using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Whether somebody is kept out, and what they are told about it.</summary>
public sealed class BanGate(
    IBanIndex index, IDeviceMarks marks, IAppealLinks links, CommandExecutor executor, ISealer sealer, TimeProvider clock)
{
    /// <summary>The ban that keeps this visitor or this browser out now, the longest where there are several; else null.</summary>
    /// <exception cref="DependencyUnavailableException">There may be one, and the log cannot be read now.</exception>
    public async ValueTask<ActiveBan?> Find(Guid? visitorId, Guid? deviceId, CancellationToken ct)
    {
        ActiveBan? longest = null;
        foreach (var banned in index.BannedAmong(visitorId, deviceId is { } device ? marks.AllOf(device) : []))
        {
            var state = await executor.Load(Ban.Decider, banned, ct);
            if (state.ActiveAt(clock.GetUtcNow()) is { } sanction && longest?.Sanction.OutlastsOrEquals(sanction.Until) != true)
            {
                longest = new(banned, sanction);
            }
        }

        return longest;
    }

    /// <summary>The refusal of somebody who is kept out; null where they may come in.</summary>
    /// <inheritdoc cref="Find"/>
    public async ValueTask<Refusal?> Refuse(Guid? visitorId, Guid? deviceId, CancellationToken ct) =>
        await Find(visitorId, deviceId, ct) is { } ban ? Refusal.Banned(await Notice(ban, ct)) : null;

    /// <summary>What whoever is banned is told.</summary>
    /// <exception cref="DependencyUnavailableException">The keys cannot be read now.</exception>
    public async ValueTask<BanNotice> Notice(ActiveBan ban, CancellationToken ct) => new(
        ban.Sanction.Policy, ban.Sanction.Until, await StatementOf(ban.Sanction, ct), links.UrlFor(ban.VisitorId, ban.Sanction.Id));

    /// <summary>The words that came with a sanction; those of its policy once they are forgotten.</summary>
    public async ValueTask<string> StatementOf(Sanction sanction, CancellationToken ct) =>
        await sealer.OpenForCase(sanction.Id, sanction.Statement, ct) ?? Policies.Find(sanction.Policy)?.Meaning ?? string.Empty;
}

/// <param name="VisitorId">Who was banned; not always who is kept out by it.</param>
public sealed record ActiveBan(Guid VisitorId, Sanction Sanction);
