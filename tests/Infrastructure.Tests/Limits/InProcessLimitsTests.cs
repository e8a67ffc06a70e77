using RandomChat.Application.Limits;
using RandomChat.Infrastructure.Limits;

namespace RandomChat.Infrastructure.Tests.Limits;

public sealed class InProcessLimitsTests : LimitsContract
{
    private protected override ValueTask<ILimits> Create(LimitOptions options) =>
        new(new InProcessLimits(Microsoft.Extensions.Options.Options.Create(options), Time));

    [Fact]
    public async Task Whose_permits_are_all_back_is_forgotten()
    {
        var limits = new InProcessLimits(Microsoft.Extensions.Options.Options.Create(Options()), Time);
        for (var i = 0; i < 100; i++)
        {
            await Take(limits, LimitNames.Sessions, $"{i}");
        }

        Assert.Equal(100, limits.Count);
        Time.Advance(TimeSpan.FromMinutes(2));
        await Take(limits, LimitNames.Sessions, "later");
        Assert.Equal(1, limits.Count);
    }
}
