using RandomChat.Engines;

namespace RandomChat.Load.Speed;

/// <summary>
/// What people who do nothing more cost a server in memory. Live bytes are those that a full collection leaves; resident
/// ones are what the process took for all of it.
/// </summary>
/// <param name="People">How many.</param>
/// <param name="Settle">What they do once they are connected.</param>
internal sealed record MemoryScenario(int People, Action<Crowd, IReadOnlyList<Someone>> Settle)
{
    /// <summary>What the first ones bring with them, code and caches, is not what each costs.</summary>
    private const int First = 100;

    public IReadOnlyList<Figure> Run(Subject subject)
    {
        using var crowd = new Crowd(subject);
        Settle(crowd, crowd.Enter(First));
        var before = Memory(crowd);
        Settle(crowd, crowd.Enter(People));
        var after = Memory(crowd);
        return
        [
            new("people", People),
            new("live, MB", after.Live / 1e6, 1),
            new("each, KB", (after.Live - before.Live) / People / 1e3, 1, HasRatio: true),
            new("resident, MB", after.Resident / 1e6),
            new("each, KB", (after.Resident - before.Resident) / People / 1e3, 1, HasRatio: true),
        ];
    }

    private static (double Live, double Resident) Memory(Crowd crowd) =>
        (crowd.Driver.During(ServerMemory.Live(crowd.Server)), ServerMemory.Resident(crowd.Server));
}
