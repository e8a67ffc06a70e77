using System.Collections.Concurrent;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Visitors;

/// <summary>Display names from the visitors' own streams, opened with their keys, and who was erased; held for a minute.</summary>
public sealed class VisitorProfiles(CommandExecutor executor, ISealer sealer, TimeProvider clock) : IDisplayNames
{
    private const int MaximumHeld = 10_000;

    // Short, so that a name is forgotten soon after its key is.
    private static readonly TimeSpan HeldFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, Held> held = new();

    public async ValueTask<string?> Find(Guid visitorId, CancellationToken ct) => (await Look(visitorId, ct)).Name;

    /// <summary>Whether the visitor asked to be forgotten. Who cannot be looked up is taken for somebody who did not.</summary>
    public async ValueTask<bool> IsErased(Guid visitorId, CancellationToken ct)
    {
        try
        {
            return (await Look(visitorId, ct)).IsErased;
        }
        catch (DependencyUnavailableException)
        {
            // Leaving and talking go on while the log or the keys are away.
            return false;
        }
    }

    private async ValueTask<Held> Look(Guid visitorId, CancellationToken ct)
    {
        if (held.TryGetValue(visitorId, out var known) && known.Until > clock.GetUtcNow())
        {
            return known;
        }

        var state = await executor.Load(Visitor.Decider, visitorId, ct);
        var json = state.Profile is { } text ? await sealer.OpenForVisitor(visitorId, text, ct) : null;
        var name = json is null ? null : VisitorProfile.Parse(json)?.DisplayName;
        return Hold(visitorId, name, state.IsErased);
    }

    /// <summary>The visitor goes by this name from now on.</summary>
    internal void Note(Guid visitorId, string? name) => Hold(visitorId, name, isErased: false);

    /// <summary>The visitor is forgotten.</summary>
    internal void NoteErased(Guid visitorId) => Hold(visitorId, null, isErased: true);

    private Held Hold(Guid visitorId, string? name, bool isErased)
    {
        if (held.Count >= MaximumHeld)
        {
            held.Clear();
        }

        return held[visitorId] = new(name, isErased, clock.GetUtcNow() + HeldFor);
    }

    private sealed record Held(string? Name, bool IsErased, DateTimeOffset Until);
}
