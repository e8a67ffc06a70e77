using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Tests.PairingIndex;

public sealed class PresenceFilterTests
{
    private readonly PresenceFilter filter = new(1 << 20);

    [Fact]
    public void Whoever_was_added_may_be_there()
    {
        var added = Enumerable.Range(0, 10_000).Select(_ => Guid.NewGuid()).ToArray();
        Parallel.ForEach(added, id =>
        {
            filter.Add(id);
            filter.Add($"{id:D}");
        });

        Assert.All(added, id => Assert.True(filter.MayHave(id) && filter.MayHave($"{id:D}")));
    }

    [Fact]
    public void Most_of_those_who_were_not_added_are_known_not_to_be_there()
    {
        for (var n = 0; n < 10_000; n++)
        {
            filter.Add(Guid.NewGuid());
        }

        // One in a hundred would be.
        Assert.True(Enumerable.Range(0, 10_000).Count(_ => filter.MayHave(Guid.NewGuid())) < 500);
    }

    [Fact]
    public void A_full_one_knows_of_nobody()
    {
        filter.Fill();

        Assert.True(filter.MayHave(Guid.NewGuid()));
    }
}
