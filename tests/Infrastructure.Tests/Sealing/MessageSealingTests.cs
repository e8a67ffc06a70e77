using System.Security.Cryptography;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

public sealed class MessageSealingTests
{
    private readonly Guid match = Guid.NewGuid();
    private readonly Guid message = Guid.NewGuid();

    [Theory]
    [InlineData("hello")]
    [InlineData("")]
    [InlineData("שלום 👋🏽 naïve\n\0 : rc1:x:")]
    public async Task A_message_opens_to_what_was_sealed(string body)
    {
        await using var world = await SealingFixture.Ready();
        var text = world.Sealer.SealMessage(match, message, world.Now, body);

        Assert.Matches("^rc1:hour-20260301T100000:[A-Za-z0-9+/]+=*$", text);
        Assert.Equal(body, await world.Sealer.OpenMessage(match, message, text, default));
    }

    [Fact]
    public async Task A_message_opens_after_a_restart()
    {
        await using var world = await SealingFixture.Ready();
        var text = world.Sealer.SealMessage(match, message, world.Now, "still here");
        await world.Restart();

        Assert.Equal("still here", await world.Sealer.OpenMessage(match, message, text, default));
        await world.Sealer.EnsureReady(default);
        Assert.Equal("still here", await world.Sealer.OpenMessage(match, message, text, default));
    }

    [Fact]
    public async Task The_same_text_is_never_sealed_the_same_way_twice()
    {
        await using var world = await SealingFixture.Ready();
        var texts = Enumerable.Range(0, 100).Select(_ => world.Sealer.SealMessage(match, message, world.Now, "same")).ToHashSet();
        Assert.Equal(100, texts.Count);
    }

    [Fact]
    public async Task A_message_does_not_open_as_another_message_or_in_another_match()
    {
        await using var world = await SealingFixture.Ready();
        var text = world.Sealer.SealMessage(match, message, world.Now, "ours");

        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenMessage(match, Guid.NewGuid(), text, default));
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenMessage(Guid.NewGuid(), message, text, default));
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenMessage(message, match, text, default));
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenForVisitor(match, text, default));
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenForCase(match, text, default));
    }

    [Fact]
    public async Task A_message_moved_to_another_hour_does_not_open()
    {
        await using var world = await SealingFixture.Ready();
        var text = world.Sealer.SealMessage(match, message, world.Now, "ours").Replace("T100000", "T110000", StringComparison.Ordinal);
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenMessage(match, message, text, default));
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_the_payload_is_refused()
    {
        await using var world = await SealingFixture.Ready();
        var text = world.Sealer.SealMessage(match, message, world.Now, "exactly this");
        var start = text.LastIndexOf(':') + 1;
        var payload = Convert.FromBase64String(text[start..]);
        for (var index = 0; index < payload.Length; index++)
        {
            var changed = payload.ToArray();
            changed[index] ^= 1;
            await Assert.ThrowsAsync<SealingException>(
                async () => await world.Sealer.OpenMessage(match, message, text[..start] + Convert.ToBase64String(changed), default));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("rc1:")]
    [InlineData("rc1::")]
    [InlineData("rc1:hour-20260301T100000:")]
    [InlineData("rc1:hour-20260301T100000:!!!!")]
    [InlineData("rc1:hour-20260301T100000:AAAA")]
    [InlineData("rc2:hour-20260301T100000:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("rc1:hour-nonsense:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_is_no_sealed_message_is_refused(string text)
    {
        await using var world = await SealingFixture.Ready();
        await Assert.ThrowsAsync<SealingException>(async () => await world.Sealer.OpenMessage(match, message, text, default));
    }

    [Fact]
    public async Task A_message_opens_until_its_retention_ends_and_to_nothing_after_the_end_of_its_hours()
    {
        await using var world = await SealingFixture.Ready();
        var text = world.Sealer.SealMessage(match, message, world.Now, "for a day");

        world.Time.Advance(TimeSpan.FromHours(24));
        await world.Run();
        Assert.Equal("for a day", await world.Sealer.OpenMessage(match, message, text, default));

        world.Time.Advance(TimeSpan.FromMinutes(40));
        Assert.Null(await world.Sealer.OpenMessage(match, message, text, default));
        Assert.Contains("hour-20260301T100000", (await world.Run()).Ids);
        Assert.Null(await world.Sealer.OpenMessage(match, message, text, default));
        await world.Restart();
        Assert.Null(await world.Sealer.OpenMessage(match, message, text, default));
    }

    [Fact]
    public async Task A_due_message_opens_to_nothing_though_nothing_was_destroyed_yet()
    {
        await using var world = await SealingFixture.Ready();
        var text = world.Sealer.SealMessage(match, message, world.Now, "for a day");
        world.Time.Advance(TimeSpan.FromHours(25));
        await world.Restart();
        Assert.Null(await world.Sealer.OpenMessage(match, message, text, default));
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(10, 10)]
    [InlineData(90, 90)]
    [InlineData(7_200, 3_600)]
    public async Task A_short_retention_makes_short_periods(int retentionSeconds, int periodSeconds)
    {
        var options = new SealingOptions { MessageRetention = TimeSpan.FromSeconds(retentionSeconds) };
        Assert.Equal(TimeSpan.FromSeconds(periodSeconds), options.KeyPeriod);
        await using var world = await SealingFixture.Ready(options);
        var text = world.Sealer.SealMessage(match, message, world.Now, "brief");

        world.Time.Advance(TimeSpan.FromSeconds(retentionSeconds) - TimeSpan.FromMilliseconds(1));
        await world.Run();
        Assert.Equal("brief", await world.Sealer.OpenMessage(match, message, text, default));
        world.Time.Advance(TimeSpan.FromSeconds(periodSeconds) + TimeSpan.FromMilliseconds(1));
        Assert.Null(await world.Sealer.OpenMessage(match, message, text, default));
    }

    [Fact]
    public async Task Messages_are_sealed_and_opened_for_two_hours_with_a_dead_key_store_and_then_refused()
    {
        await using var world = await SealingFixture.Ready();
        world.Time.Advance(TimeSpan.FromSeconds(59));
        world.Store.Down = true;
        for (var minute = 0; minute <= 120; minute++)
        {
            var text = world.Sealer.SealMessage(match, message, world.Now, $"minute {minute}");
            Assert.Equal($"minute {minute}", await world.Sealer.OpenMessage(match, message, text, default));
            Assert.NotNull(world.Sealer.HeldUntil);
            world.Time.Advance(TimeSpan.FromMinutes(1));
        }

        world.Time.Advance(TimeSpan.FromHours(2));
        var refused = Assert.Throws<DependencyUnavailableException>(() => world.Sealer.SealMessage(match, message, world.Now, "too late"));
        Assert.Equal("key-store", refused.Dependency);
        Assert.Null(world.Sealer.HeldUntil);

        world.Store.Down = false;
        await world.Run();
        Assert.NotNull(world.Sealer.SealMessage(match, message, world.Now, "again"));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(86_400)]
    public async Task Keys_are_stored_two_hours_ahead(int retentionSeconds)
    {
        await using var world = await SealingFixture.Ready(new SealingOptions { MessageRetention = TimeSpan.FromSeconds(retentionSeconds) });
        Assert.True(world.Sealer.HeldUntil >= world.Now.AddHours(2));
        var before = world.Sealer.SealMessage(match, message, world.Now.AddHours(2), "later");
        await world.Restart();
        Assert.Equal("later", await world.Sealer.OpenMessage(match, message, before, default));
    }

    [Fact]
    public async Task Nothing_is_sealed_before_keys_are_held()
    {
        await using var world = new SealingFixture();
        Assert.Null(world.Sealer.HeldUntil);
        Assert.Throws<DependencyUnavailableException>(() => world.Sealer.SealMessage(match, message, world.Now, "early"));
    }

    [Fact]
    public async Task A_longer_retention_also_holds_for_keys_that_were_stored_before_it()
    {
        await using var world = await SealingFixture.Ready();
        await world.Stop();
        world.Options = new SealingOptions { MessageRetention = TimeSpan.FromDays(3) };
        await world.Restart();
        await world.Sealer.EnsureReady(default);
        var text = world.Sealer.SealMessage(match, message, world.Now, "for three days");
        world.Time.Advance(TimeSpan.FromDays(3));
        await world.Run();
        Assert.Equal("for three days", await world.Sealer.OpenMessage(match, message, text, default));
    }

    [Fact]
    public async Task Two_processes_over_one_store_open_each_others_messages()
    {
        await using var world = await SealingFixture.Ready();
        using var other = new RandomChat.Infrastructure.Sealing.Sealer(world.Store, world.Options, world.MasterKeyFile, world.Time);
        await other.EnsureReady(default);
        Assert.Equal("a", await other.OpenMessage(match, message, world.Sealer.SealMessage(match, message, world.Now, "a"), default));
        Assert.Equal("b", await world.Sealer.OpenMessage(match, message, other.SealMessage(match, message, world.Now, "b"), default));
    }

    [Fact]
    public async Task Many_threads_seal_and_open_at_once_in_shared_and_in_own_matches()
    {
        await using var world = await SealingFixture.Ready();
        var opened = 0;
        await Parallel.ForAsync(0, 5_000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, ct) =>
        {
            var of = number % 2 == 0 ? match : Guid.NewGuid();
            var id = Guid.NewGuid();
            var body = $"message {number} {RandomNumberGenerator.GetHexString(20)}";
            var text = world.Sealer.SealMessage(of, id, world.Now, body);
            if (await world.Sealer.OpenMessage(of, id, text, ct) == body)
            {
                Interlocked.Increment(ref opened);
            }
        });
        Assert.Equal(5_000, opened);
    }
}
