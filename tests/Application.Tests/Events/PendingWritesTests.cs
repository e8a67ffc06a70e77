using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Domain;

namespace RandomChat.Application.Tests.Events;

public sealed class PendingWritesTests
{
    private readonly List<string> written = [];
    private readonly PendingWrites<string> pending;
    private bool isDown;

    public PendingWritesTests() => pending = new(Write, one => one, NullLogger.Instance);

    [Fact]
    public async Task What_the_log_does_not_take_is_kept_in_its_order()
    {
        (isDown, var none) = (true, CancellationToken.None);
        pending.Add("one");
        pending.Add("two");
        await pending.Flush(none);
        isDown = false;

        await pending.Flush(none);
        await pending.Flush(none);

        Assert.Equal(["one", "two"], written);
    }

    [Theory]
    [InlineData("broken")]
    [InlineData("refused")]
    public async Task One_that_cannot_be_written_holds_up_no_other(string bad)
    {
        pending.Add(bad);
        pending.Add("next");

        await pending.Flush(CancellationToken.None);
        await pending.WriteNow(_ => true, CancellationToken.None);

        Assert.Equal(["next"], written);
    }

    [Fact]
    public async Task Who_reads_them_has_those_wanted_written_and_learns_that_the_log_is_away()
    {
        pending.Add("mine");
        pending.Add("other");
        pending.Add("broken mine");
        isDown = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => pending.WriteNow(one => one == "mine", CancellationToken.None));
        isDown = false;

        await pending.WriteNow(one => one.EndsWith("mine", StringComparison.Ordinal), CancellationToken.None);

        Assert.Equal(["mine"], written);
    }

    private Task<Rejection?> Write(string one, CancellationToken ct)
    {
        if (isDown)
        {
            throw new DependencyUnavailableException("event-log");
        }

        if (one.StartsWith("broken", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(one);
        }

        if (one == "refused")
        {
            return Task.FromResult<Rejection?>(new("refused", "No."));
        }

        if (!written.Contains(one))
        {
            written.Add(one);
        }

        return Task.FromResult<Rejection?>(null);
    }
}
