using System.Text;
using RandomChat.Application.Events;
using RandomChat.Projections.Ledger;

namespace RandomChat.Projections.Tests.Ledger;

public sealed class HashChainTests
{
    private static readonly RecordedEvent One = new(
        new("visitor-1"), 3, new(7), Guid.Parse("7f0f6a6e-5f0c-4a44-9a6e-0d5c7e1f0a01"), "visitors.session.started.v1",
        new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), Encoding.UTF8.GetBytes("{}"), Encoding.UTF8.GetBytes("{\"actor\":\"system\"}"));

    public static TheoryData<string, RecordedEvent> Others => new()
    {
        { "stream", One with { Stream = new("visitor-2") } },
        { "revision", One with { Revision = 4 } },
        { "position", One with { Position = new(8) } },
        { "id", One with { Id = Guid.Parse("7f0f6a6e-5f0c-4a44-9a6e-0d5c7e1f0a02") } },
        { "type", One with { Type = "visitors.session.started.v2" } },
        { "at", One with { At = One.At.AddTicks(1) } },
        { "data", One with { Data = Encoding.UTF8.GetBytes("{ }") } },
        { "metadata", One with { Metadata = Encoding.UTF8.GetBytes("{}") } },
        { "a border between two parts", One with { Stream = new("visitor-"), Type = One.Type } },
    };

    /// <summary>Stored for ever: whoever changes the way a hash is made breaks every ledger there is.</summary>
    [Fact]
    public void A_hash_is_always_made_the_same_way()
    {
        var leaf = HashChain.Leaf(One);
        var entry = new LedgerEntry { Position = 7, Stream = "visitor-1", Revision = 3, ExpiresAt = 1_772_366_400_000, Leaf = leaf };

        Assert.Equal("a3289fb73b7339acd84cf23e874acf56abac3426872a07ce3ad49e6546a12b9a", Convert.ToHexStringLower(leaf));
        Assert.Equal("eb0cb59d3f7e0836a3c8738bcf7dc2dc64231bdc98fd7fb1cb285f1ff0482a91", Convert.ToHexStringLower(HashChain.Next(HashChain.Beginning, entry)));
    }

    [Theory, MemberData(nameof(Others))]
    public void Whatever_of_an_event_changes_changes_its_leaf(string what, RecordedEvent other) =>
        Assert.False(HashChain.Leaf(One).AsSpan().SequenceEqual(HashChain.Leaf(other)), what);

    [Fact]
    public void The_chain_covers_what_an_entry_says_beside_its_leaf()
    {
        LedgerEntry Entry(long? expires, string stream = "visitor-1") =>
            new() { Position = 7, Stream = stream, Revision = 3, ExpiresAt = expires, Leaf = HashChain.Leaf(One) };

        var hashes = new[] { Entry(null), Entry(1), Entry(2), Entry(null, "visitor-2") }
            .Select(entry => Convert.ToHexStringLower(HashChain.Next(HashChain.Beginning, entry))).ToArray();

        Assert.Equal(4, hashes.Distinct().Count());
    }
}
