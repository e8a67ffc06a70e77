using System.Text.Json;
using RandomChat.Browser.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

/// <summary>The rules by which a call spends what the line gives; in a browser, since that is where they run.</summary>
public sealed class QualityTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    [Theory]
    [InlineData("{ lostComing: 0, lostGoing: 0 }", "good")]
    [InlineData("{ roundTrip: 0.4, lostComing: 0.05, lostGoing: 0.05 }", "good")]
    [InlineData("{ roundTrip: 0.41, lostComing: 0, lostGoing: 0 }", "weak")]
    [InlineData("{ roundTrip: 0.1, lostComing: 0.06, lostGoing: 0 }", "weak")]
    [InlineData("{ roundTrip: 0.1, lostComing: 0, lostGoing: 0.06 }", "weak")]
    public async Task Delay_and_loss_either_way_make_a_line_weak(string sample, string quality) =>
        Assert.Equal(quality, await Ask($"quality.qualityOf({sample})"));

    [Theory]
    // A good line: more after four calm looks, not before.
    [InlineData(1, 0, "{ lostGoing: 0 }", 1, 1)]
    [InlineData(1, 2, "{ lostGoing: 0 }", 1, 3)]
    [InlineData(1, 3, "{ lostGoing: 0 }", 2, 0)]
    // As much as there is.
    [InlineData(3, 3, "{ lostGoing: 0 }", 3, 0)]
    // A browser never guesses far beyond what goes out: half as much again is room.
    [InlineData(1, 3, "{ lostGoing: 0, available: 376_000 }", 2, 0)]
    [InlineData(1, 3, "{ lostGoing: 0, available: 374_000 }", 1, 0)]
    // Not calm any more, but no reason to give less.
    [InlineData(2, 3, "{ lostGoing: 0.05 }", 2, 0)]
    [InlineData(2, 3, "{ lostGoing: 0, roundTrip: 0.5 }", 2, 0)]
    // Loss, delay or a narrow line: less, at once.
    [InlineData(2, 3, "{ lostGoing: 0.11 }", 1, 0)]
    [InlineData(2, 0, "{ lostGoing: 0, roundTrip: 0.81 }", 1, 0)]
    [InlineData(2, 0, "{ lostGoing: 0, available: 350_000 }", 1, 0)]
    // Never less than the least.
    [InlineData(0, 0, "{ lostGoing: 0.5 }", 0, 0)]
    public async Task More_is_tried_slowly_and_less_at_once(int step, int calm, string sample, int nextStep, int nextCalm) =>
        Assert.Equal($$"""{"step":{{nextStep}},"calm":{{nextCalm}}}""", await Ask($"JSON.stringify(quality.adapt({step}, {calm}, {sample}))"));

    [Fact]
    public async Task Each_step_asks_for_more_of_everything_than_the_one_before_and_calls_start_modestly()
    {
        var steps = JsonSerializer.Deserialize<Step[]>(await Ask("JSON.stringify(quality.STEPS)"), JsonSerializerOptions.Web)!;

        Assert.All(steps.Zip(steps.Skip(1)), pair => Assert.True(
            pair.First.MaxBitrate < pair.Second.MaxBitrate
            && pair.First.ScaleResolutionDownBy > pair.Second.ScaleResolutionDownBy
            && pair.First.MaxFramerate <= pair.Second.MaxFramerate));
        Assert.Equal(1, steps[^1].ScaleResolutionDownBy);
        Assert.Equal("1", await Ask("String(quality.FIRST_STEP)"));
    }

    private async Task<string> Ask(string expression)
    {
        var ada = await Arrive();
        await ada.Page.GotoAsync("/terms");
        return await ada.Page.EvaluateAsync<string>(
            $$"""async () => { const quality = await import("/js/video/quality.js"); return {{expression}}; }""");
    }

    private sealed record Step(int MaxBitrate, double ScaleResolutionDownBy, int MaxFramerate);
}
