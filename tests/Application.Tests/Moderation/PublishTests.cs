using RandomChat.Application.Moderation;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Tests.Moderation;

/// <summary>What becomes public for good.</summary>
public sealed class PublishTests
{
    private static readonly TransparencyPeriod January = TransparencyPeriod.Month(2026, 1);

    [Fact]
    public async Task Numbers_that_are_behind_the_log_are_not_published_and_are_when_they_have_come_up_with_it()
    {
        var (world, numbers) = (new World(), new Numbers());
        var publish = new PublishReportHandler(world.Executor, numbers, world.Clock);
        Assert.Equal("unavailable", Assert.IsType<Outcome<Nothing>.Refused>(await publish.Handle(new(January, Guid.NewGuid()), default)).Refusal.Code);
        Assert.Empty(world.Log.All);

        numbers.IsComplete = true;
        Assert.IsType<Outcome<Nothing>.Done>(await publish.Handle(new(January, Guid.NewGuid()), default));
        Assert.Equal(3, (await new PublicReports(world.Executor).Find(January, default))!.Lines.Single().Value);
    }

    private sealed class Numbers : ITransparencyNumbers
    {
        public bool IsComplete { get; set; }

        public Task<IReadOnlyList<TransparencyLine>> Count(TransparencyPeriod period, CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<TransparencyLine>>([new(TransparencyMeasures.Appeals, null, 3)]);

        public Task<bool> AreComplete(TimeSpan patience, CancellationToken ct) => Task.FromResult(IsComplete);
    }
}
