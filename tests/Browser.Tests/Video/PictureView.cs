using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Video;

/// <summary>How sharp pictures are, measured on the points of every one of them.</summary>
/// <param name="call">Of the page that looks.</param>
/// <param name="expression">What the page's meter has seen.</param>
public sealed class PictureView(CallView call, string expression)
{
    // The devices of the tests make pictures between 1.4 and 12; one of 24 × 18 points, however it was enlarged and sent, stays below 0.1.
    private const double Clear = 1;
    private const double Coarse = 0.3;
    private const int Some = 12;

    public Task BecomesClear() => Wait.Until(async () => (await Read()).Latest > Clear);

    /// <summary>The last pictures were clear perhaps; once one is not, none of the next is.</summary>
    public async Task BecomesCoarse()
    {
        await Wait.Until(async () => (await Read()).Latest < Coarse);
        await call.Read<double>($"{expression}.sharpest = 0");
        await StaysCoarse();
    }

    /// <summary>Of the pictures so far, and of the next, none is clear.</summary>
    public async Task StaysCoarse()
    {
        var before = (await Read()).Pictures;
        await Wait.Until(async () => (await Read()).Pictures >= before + Some);
        Assert.InRange((await Read()).Sharpest, 0, Coarse);
    }

    private Task<Sharpness> Read() => call.Read<Sharpness>(expression);

    /// <param name="Pictures">How many were looked at.</param>
    /// <param name="Sharpest">The most of all, in thousandths of neighbouring points that differ strongly.</param>
    /// <param name="Latest">The same of the last one.</param>
    private sealed record Sharpness(int Pictures, double Sharpest, double Latest);
}
