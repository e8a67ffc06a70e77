using System.Diagnostics;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>Waits for what other processes do.</summary>
internal static class Wait
{
    /// <summary>Until something is so; a refusal or a broken connection on the way counts as not yet.</summary>
    public static Task Until(Func<Task<bool>> isSo) => Until(isSo, TimeSpan.FromSeconds(60));

    /// <summary>The same of what takes its time.</summary>
    public static async Task Until(Func<Task<bool>> isSo, TimeSpan atMost)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await isSo())
                {
                    return;
                }
            }
            catch (Exception e) when (patience.Elapsed < atMost && e is HttpRequestException or Microsoft.AspNetCore.SignalR.HubException)
            {
                // Not yet.
            }

            Assert.True(patience.Elapsed < atMost, $"It was not so within {atMost}.");
            await Task.Delay(100);
        }
    }
}
