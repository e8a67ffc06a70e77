using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Nodes;

/// <summary>
/// A node of the version before, which the environment variable <c>RANDOMCHAT_PREVIOUS</c> names by its published folder, beside
/// one of this version on the same engines: what either writes the other reads, and people do not notice the change.
/// </summary>
public sealed class UpgradeTests
{
    private const string Variable = "RANDOMCHAT_PREVIOUS";

    [Fact(Explicit = true)]
    public async Task Nodes_are_replaced_one_after_the_other_and_back_and_nothing_answered_is_lost()
    {
        var previous = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(previous))
        {
            Assert.Skip($"There is no version before: {Variable} does not name a published folder of one.");
        }

        await using var cluster = await Cluster.Start([previous, previous]);
        var (old, renewed) = (cluster.A, cluster.B);
        var pairs = new[]
        {
            await Pair.Meet(old.Address, old.Address), await Pair.Meet(old.Address, renewed.Address), await Pair.Meet(renewed.Address, old.Address),
        };
        using var over = new CancellationTokenSource();
        var talks = pairs.Select(pair => new Talk(pair.Ann, pair.MatchId)).ToArray();
        var talking = Task.WhenAll(talks.Select(talk => talk.GoOn(async speaker => await Any(speaker, old, renewed), over.Token)));
        var partners = pairs.Select(pair => new Listener(pair.Bob, bob => Any(bob, old, renewed))).ToArray();
        await Said(talks);

        // The first node becomes the new version, while the other is still the old one.
        Assert.Equal(0, await renewed.Terminate());
        renewed.Version = null;
        await renewed.Start();
        await Said(talks);
        await using (var across = await Pair.Meet(old.Address, renewed.Address, mode: "video"))
        {
            Assert.Equal("delivered", (await across.Ann.Say(across.MatchId, "from the old to the new")).Text("status"));
            Assert.Equal("from the old to the new", (await across.Bob.Next("chat_message")).Text("body"));
            Assert.Equal("delivered", (await across.Bob.Say(across.MatchId, "and back")).Text("status"));
            Assert.Equal("and back", (await across.Ann.Next("chat_message")).Text("body"));
            await across.Report("spam");
            await across.Ann.Next("end_session");
        }

        // The new version dies, and the old one goes on with what it wrote; then it comes back and the last old one goes.
        await renewed.Kill();
        await Said(talks);
        await renewed.Start();
        Assert.Equal(0, await old.Terminate());
        await Said(talks);
        old.Version = null;
        await old.Start();
        await Said(talks);

        await over.CancelAsync();
        await talking;
        foreach (var (talk, pair) in talks.Zip(pairs))
        {
            await talk.SendUnanswered();
            await talk.AssertKept(talk.Speaker);
            await using var bob = await pair.Bob.On(renewed.Address);
            await talk.AssertKept(bob);
            await talk.Speaker.DisposeAsync();
        }

        foreach (var partner in partners)
        {
            await partner.DisposeAsync();
        }

        Assert.DoesNotContain("stopped at position", cluster.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("stopped following the log", cluster.Output, StringComparison.Ordinal);
    }

    /// <summary>Twenty more of each are answered.</summary>
    private static async Task Said(Talk[] talks)
    {
        var before = talks.Select(talk => talk.AnsweredCount).ToArray();
        await Task.WhenAll(talks.Select((talk, i) => talk.Answered(before[i] + 20)));
    }

    /// <summary>At whichever node is there.</summary>
    private static async Task<HubVisitor> Any(HubVisitor speaker, params ServerProcess[] nodes)
    {
        HubVisitor? found = null;
        await Wait.Until(async () =>
        {
            foreach (var node in nodes)
            {
                try
                {
                    found = await speaker.On(node.Address);
                    return true;
                }
                catch (Exception e) when (e is not TimeoutException)
                {
                    // It is being replaced: however the connection broke, the next one may be there.
                }
            }

            return false;
        });
        return found!;
    }
}
