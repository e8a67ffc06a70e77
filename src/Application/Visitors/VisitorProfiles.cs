using System.Collections.Concurrent;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Visitors;

/// <summary>Display names from the visitors' own streams, opened with their keys and held for a minute.</summary>
public sealed class VisitorProfiles(CommandExecutor executor, ISealer sealer, TimeProvider clock) : IDisplayNames
{
    private const int MaximumHeld = 10_000;

    // Short, so that a name is forgotten soon after its key is.
    private static readonly TimeSpan HeldFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, (string? Name, DateTimeOffset Until)> held = new();

    public async ValueTask<string?> Find(Guid visitorId, CancellationToken ct)
    {
        if (held.TryGetValue(visitorId, out var known) && known.Until > clock.GetUtcNow())
        {
            return known.Name;
        }

        var state = await executor.Load(Visitor.Decider, visitorId, ct);
        var json = state.Profile is { } text ? await sealer.OpenForVisitor(visitorId, text, ct) : null;
        var name = json is null ? null : VisitorProfile.Parse(json)?.DisplayName;
        Note(visitorId, name);
        return name;
    }

    /// <summary>The visitor goes by this name from now on.</summary>
    internal void Note(Guid visitorId, string? name)
    {
        if (held.Count >= MaximumHeld)
        {
            held.Clear();
        }

        held[visitorId] = (name, clock.GetUtcNow() + HeldFor);
    }
}
