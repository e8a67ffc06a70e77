using Microsoft.Playwright;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(RandomChat.Browser.Tests.Hosting.Chromium))]
// Each test is a server and two pages or more: two at once are enough for two cores.
[assembly: Parallelization(MaxThreads = 2)]

namespace RandomChat.Browser.Tests.Hosting;

/// <summary>The installed Chromium, started once for all tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Milliseconds to wait for a condition before a test fails.</summary>
    public const float Patience = 30_000;

    private const string Executable = "/usr/bin/chromium";
    private IPlaywright? playwright;
    private IBrowser? browser;

    public IBrowser Browser
    {
        get
        {
            Assert.SkipUnless(File.Exists(Executable), $"There is no {Executable}.");
            return browser!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Executable))
        {
            return;
        }

        Assertions.SetDefaultExpectTimeout(Patience);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable,
            Args =
            [
                "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
        {
            await browser.DisposeAsync();
        }

        playwright?.Dispose();
    }
}
