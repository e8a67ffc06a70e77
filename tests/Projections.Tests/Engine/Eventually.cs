using System.Diagnostics;

namespace RandomChat.Projections.Tests.Engine;

internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until a condition holds.</summary>
    public static async Task Until(Func<Task<bool>> holds, string what)
    {
        for (var since = Stopwatch.StartNew(); !await holds(); await Task.Delay(20))
        {
            Assert.True(since.Elapsed < Patience, $"Not within a minute: {what}");
        }
    }
}
