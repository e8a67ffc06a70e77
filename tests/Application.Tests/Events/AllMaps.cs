using RandomChat.Application.Events;

namespace RandomChat.Application.Tests.Events;

/// <summary>The tables of all contexts, found by reflection, so that a forgotten one is noticed.</summary>
public static class AllMaps
{
    public static IReadOnlyList<EventTypeMap> Maps { get; } =
    [
        .. typeof(EventTypeMap).Assembly.GetTypes()
            .Select(type => type.GetProperty("Map"))
            .Where(property => property?.PropertyType == typeof(EventTypeMap))
            .Select(property => (EventTypeMap)property!.GetValue(null)!),
    ];

    public static IReadOnlyList<(string Name, Type Type)> Entries { get; } =
        [.. Maps.SelectMany(map => map.Entries).OrderBy(entry => entry.Name, StringComparer.Ordinal)];
}
