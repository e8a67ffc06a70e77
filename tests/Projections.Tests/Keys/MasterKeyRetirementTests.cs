using RandomChat.Infrastructure.Sealing;
using RandomChat.Projections.Keys;

namespace RandomChat.Projections.Tests.Keys;

/// <summary>Which keys go, and that what is said of them is true of each.</summary>
public sealed class MasterKeyRetirementTests
{
    private readonly MasterKeyRing one = MasterKeyRing.New();

    [Fact]
    public void A_key_that_was_added_and_not_promoted_stays_and_is_named_with_what_to_run()
    {
        var ring = one.WithNew();
        var (retired, said) = MasterKeyRetirement.Of(ring, null);

        Assert.Empty(retired);
        Assert.StartsWith("Nothing was taken out", said, StringComparison.Ordinal);
        Assert.Contains($"keys promote {ring.Keys[1].Fingerprint}, then keys rewrap", said, StringComparison.Ordinal);
        Assert.DoesNotContain("ackup", said, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_wrapped_goes_and_backups_need_it_and_one_that_is_to_come_stays_beside_it()
    {
        var promoted = Promoted();
        var (retired, said) = MasterKeyRetirement.Of(promoted, null);
        Assert.Equal([one.First], retired);
        Assert.Contains("Backups from when it wrapped need it", said, StringComparison.Ordinal);
        Assert.DoesNotContain("promote", said, StringComparison.Ordinal);

        var more = promoted.WithNew();
        (retired, said) = MasterKeyRetirement.Of(more, null);
        Assert.Equal([one.First], retired);
        Assert.Contains($"Not promoted yet, so it wraps nothing: {more.Keys[2].Fingerprint}", said, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_to_come_goes_when_it_is_named_and_no_backup_needs_it()
    {
        var ring = one.WithNew();
        var (retired, said) = MasterKeyRetirement.Of(ring, ring.Keys[1]);

        Assert.Equal([ring.Keys[1]], retired);
        Assert.Contains("no backup needs it", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_one_that_wraps_stays()
    {
        Assert.Equal($"{one.First.Fingerprint} wraps: it stays until another one is promoted.", Refusal(one, null));
        Assert.Equal(Refusal(one, null), Refusal(one, one.First));
        var promoted = Promoted();
        Assert.StartsWith($"{promoted.First.Fingerprint} wraps", Refusal(promoted, promoted.First), StringComparison.Ordinal);
        var ring = one.WithNew();
        Assert.Contains($"promoted. Not promoted yet, so it wraps nothing: {ring.Keys[1].Fingerprint}", Refusal(ring, ring.First), StringComparison.Ordinal);

        static string Refusal(MasterKeyRing ring, MasterKey? named)
        {
            var (retired, said) = MasterKeyRetirement.Of(ring, named);
            Assert.Empty(retired);
            return said;
        }
    }

    /// <summary>A second one wraps, and the first was before it.</summary>
    private MasterKeyRing Promoted()
    {
        var ring = one.WithNew();
        return ring.Promote(ring.Keys[1]);
    }
}
