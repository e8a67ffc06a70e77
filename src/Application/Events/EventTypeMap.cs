using System.Text.Json.Nodes;

namespace RandomChat.Application.Events;

/// <summary>
/// The stored names of one context's events. A name is written once, here, and never changes: logs outlive code.
/// A newer shape gets a new name (<c>….v2</c>) and an upcaster from the old one.
/// </summary>
public sealed class EventTypeMap
{
    private readonly List<(string Name, Type Type)> entries = [];
    private readonly Dictionary<string, (string To, Func<JsonObject, JsonObject> Change)> upcasters = [];

    /// <summary>Names and types in the order they were added.</summary>
    public IReadOnlyList<(string Name, Type Type)> Entries => entries;

    /// <summary>By the old name: the next name, and how old JSON becomes new JSON.</summary>
    public IReadOnlyDictionary<string, (string To, Func<JsonObject, JsonObject> Change)> Upcasters => upcasters;

    public EventTypeMap Add<TEvent>(string name)
        where TEvent : class
    {
        entries.Add((name, typeof(TEvent)));
        return this;
    }

    /// <summary>Events stored as <paramref name="from"/> are read as <paramref name="to"/>, the next version.</summary>
    public EventTypeMap Upcast(string from, string to, Func<JsonObject, JsonObject> change)
    {
        upcasters.Add(from, (to, change));
        return this;
    }
}
