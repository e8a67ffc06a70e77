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
    private Shared? plain;
    private Shared? withDevices;

    public Task<IBrowser> Browser()
    {
        SkipWhereMissing();
        return plain!.Get();
    }

    /// <summary>
    /// One with two cameras, whose pictures have sharp edges, and microphones that beep. A page gets them where its context
    /// is permitted to; else the browser refuses, as people do.
    /// </summary>
    public Task<IBrowser> WithDevices()
    {
        SkipWhereMissing();
        return withDevices!.Get();
    }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Executable))
        {
            return;
        }

        Assertions.SetDefaultExpectTimeout(Patience);
        playwright = await Playwright.CreateAsync();
        plain = new(() => Launch());

        // Ten pictures a second: encoding is what most of a call's test costs.
        withDevices = new(() => Launch("--use-fake-device-for-media-stream=device-count=2,fps=10"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var shared in new[] { plain, withDevices })
        {
            await (shared?.DisposeAsync() ?? default);
        }

        playwright?.Dispose();
    }

    private static void SkipWhereMissing() => Assert.SkipUnless(File.Exists(Executable), $"There is no {Executable}.");

    private Task<IBrowser> Launch(params string[] more) => playwright!.Chromium.LaunchAsync(new()
    {
        ExecutablePath = Executable,
        // On a busy machine the watchdog takes the drawing process for hung, and after a few of those the browser ends itself.
        Args =
        [
            "--disable-gpu", "--disable-gpu-watchdog", "--disable-gpu-process-crash-limit", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", .. more,
        ],
    });

    /// <summary>One browser for many tests. Where it ended, which is one test's failure, the next test gets another.</summary>
    private sealed class Shared(Func<Task<IBrowser>> launch) : IAsyncDisposable
    {
        private readonly SemaphoreSlim gate = new(1);
        private IBrowser? browser;

        public async Task<IBrowser> Get()
        {
            await gate.WaitAsync();
            try
            {
                return browser is { IsConnected: true } ? browser : browser = await launch();
            }
            finally
            {
                gate.Release();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await (browser?.DisposeAsync() ?? default);
            gate.Dispose();
        }
    }
}
