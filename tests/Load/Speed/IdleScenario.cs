using RandomChat.Engines;

namespace RandomChat.Load.Speed;

/// <summary>People who wait and do nothing: with the product each for somebody who is not there; the bare server just keeps them.</summary>
/// <param name="People">How many.</param>
internal sealed record IdleScenario(int People)
{
    /// <summary>What the first ones bring with them, code and caches, is not what each costs.</summary>
    private const int First = 200;

    public IReadOnlyList<Figure> Run(Subject subject)
    {
        using var crowd = new Crowd(subject);
        Enter(crowd, subject, First);
        var before = Memory(crowd, subject);
        Enter(crowd, subject, People);
        var after = Memory(crowd, subject);
        return
        [
            new("live, MB", after.Live / 1e6, 1),
            new("live each, KB", (after.Live - before.Live) / People / 1e3, 2, HasRatio: true),
            new("resident, MB", after.Resident / 1e6, 1),
            new("resident each, KB", (after.Resident - before.Resident) / People / 1e3, 2, HasRatio: true),
        ];
    }

    private static void Enter(Crowd crowd, Subject subject, int count)
    {
        var some = crowd.Enter(count);
        if (subject is Product)
        {
            crowd.Wait(some);
        }
    }

    private static (double Live, double Resident) Memory(Crowd crowd, IServer server) =>
        (crowd.Driver.During(ServerMemory.Live(server)), ServerMemory.Resident(server));
}
