using Microsoft.AspNetCore.SignalR;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Nodes;

/// <summary>Pairs who talk without a pause, on one node and across two, whatever happens to the engines.</summary>
public sealed class Traffic : IAsyncDisposable
{
    private readonly CancellationTokenSource over = new();
    private readonly Cluster cluster;
    private readonly Pair[] pairs;
    private readonly Talk[] talks;
    private readonly List<Pair> others = [];
    private readonly Task talking;

    private Traffic(Cluster cluster, Pair[] pairs)
    {
        (this.cluster, this.pairs) = (cluster, pairs);
        talks = [.. pairs.Select(pair => new Talk(pair.Ann, pair.MatchId))];
        talking = Task.WhenAll(talks.Select(talk => talk.GoOn(speaker => speaker.AnotherTab(), over.Token)));
    }

    public static async Task<Traffic> Start(Cluster cluster)
    {
        var traffic = new Traffic(cluster,
        [
            await Pair.Meet(cluster.A.Address, cluster.A.Address), await Pair.Meet(cluster.A.Address, cluster.B.Address),
            await Pair.Meet(cluster.B.Address, cluster.A.Address),
        ]);
        foreach (var (pair, i) in new[] { (cluster.A, cluster.B), (cluster.B, cluster.B) }.Select((nodes, i) => (nodes, i)))
        {
            traffic.others.Add(await Pair.Meet(pair.Item1.Address, pair.Item2.Address));
        }

        await traffic.GoesOn();
        return traffic;
    }

    /// <summary>Two who met before and have not talked.</summary>
    public Task<Pair> Meet()
    {
        var pair = others[^1];
        others.RemoveAt(others.Count - 1);
        return Task.FromResult(pair);
    }

    /// <summary>Every pair is answered again and again.</summary>
    public Task GoesOn()
    {
        var before = talks.Select(talk => talk.AnsweredCount).ToArray();
        return Task.WhenAll(talks.Select((talk, i) => talk.Answered(before[i] + 10)));
    }

    /// <summary>The text of the refusal that a message gets now.</summary>
    public async Task<string> RefusedMessage()
    {
        var pair = others[0];
        var refused = await Assert.ThrowsAsync<HubException>(() => pair.Ann.Say(pair.MatchId, "into the void", "void"));
        return refused.Message;
    }

    /// <summary>Everything answered is there once, for both sides; then the traffic is over.</summary>
    public async Task AssertKept()
    {
        await over.CancelAsync();
        await talking;
        foreach (var (talk, pair) in talks.Zip(pairs))
        {
            await talk.SendUnanswered();
            await talk.AssertKept(talk.Speaker);
            await using var bob = await pair.Bob.On(cluster.B.Address);
            await talk.AssertKept(bob);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await talking;
        foreach (var pair in pairs.Concat(others))
        {
            await pair.DisposeAsync();
        }

        foreach (var talk in talks)
        {
            await talk.Speaker.DisposeAsync();
        }

        over.Dispose();
    }
}
