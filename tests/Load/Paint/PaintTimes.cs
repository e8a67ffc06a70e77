using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RandomChat.Engines;

namespace RandomChat.Load.Paint;

/// <summary>When a page of a visitor's first visit shows something, on a slow phone and a slow network, and what had to come before that.</summary>
internal static class PaintTimes
{
    private const int SlowerProcessor = 4;
    private const int Latency = 150;
    private const int DownKilobits = 1_600;
    private const int UpKilobits = 750;

    private const string Painted = "performance.getEntriesByName('first-contentful-paint').length > 0";

    /// <summary>Times in milliseconds from the moment when the page was asked for; bytes of bodies as they came, compressed.</summary>
    private const string Measured = """
        new Promise((resolve) => {
          const tell = (largest) => {
            const first = performance.getEntriesByName('first-contentful-paint')[0].startTime;
            const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
            const before = all.filter((one) => one.responseEnd > 0 && one.responseEnd <= first);
            const bytes = (some) => some.reduce((sum, one) => sum + one.encodedBodySize, 0);
            resolve({ first, largest, requests: before.length, bytes: bytes(before), allRequests: all.length, allBytes: bytes(all), loaded: performance.timing.loadEventEnd - performance.timing.navigationStart });
          };
          new PerformanceObserver((list) => tell(list.getEntries().at(-1).startTime)).observe({ type: 'largest-contentful-paint', buffered: true });
        })
        """;

    /// <summary>Through the gate as somebody does it who has no script.</summary>
    private const string PassGate = """
        document.querySelector('[name=birthYear]').value = '1990';
        document.querySelector('[name=acceptTerms]').checked = true;
        document.querySelector('#gate').submit();
        """;

    private static readonly (string Name, string Path, bool IsBehindGate)[] Pages =
        [("the gate", "/", false), ("the chat, searching", "/chat?start=true", true), ("the staff's sign-in", "/admin/sign-in", false)];

    /// <param name="arguments">How often each page is opened; 5 where it is not said.</param>
    public static async Task<int> Run(string[] arguments)
    {
        var rounds = arguments is [var given] ? int.Parse(given, CultureInfo.InvariantCulture) : 5;
        var folder = Directory.CreateTempSubdirectory("randomchat-published-").FullName;
        try
        {
            await Publish(folder);
            await using var server = new ServerProcess(new Dictionary<string, string?> { ["Limits:Enabled"] = "false" }) { Version = folder };
            await server.Start();
            await using var browser = await Browser.Start();
            Console.WriteLine($"A processor {SlowerProcessor} times slower, {DownKilobits} kbit/s down, {UpKilobits} kbit/s up, {Latency} ms for each answer, empty cache; medians of {rounds}.");
            Console.WriteLine($"{"",-22} {"first paint",16} {"largest",10} {"before it",20} {"loaded",10} {"all",20} {"scripts held back",18}");
            var waits = 0;
            foreach (var page in Pages)
            {
                // The first run of each counts for nothing: the server compiles the page.
                await Open(browser, server.Address, page.Path, page.IsBehindGate, holdsScripts: false);
                List<JsonElement> runs = [];
                for (var n = 0; n < rounds; n++)
                {
                    runs.Add((await Open(browser, server.Address, page.Path, page.IsBehindGate, holdsScripts: false))!.Value);
                }

                var held = await Open(browser, server.Address, page.Path, page.IsBehindGate, holdsScripts: true);
                waits += held is null ? 1 : 0;
                Print(page.Name, runs, held);
            }

            return waits;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What ships, with its assets compressed.</summary>
    private static async Task Publish(string folder)
    {
        var configuration = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)).Parent!.Name;
        using var publish = Process.Start("dotnet", ["publish", Path.Combine(RepositoryFolder.Path, "src", "Web"), "-c", configuration, "--no-build", "-nologo", "-v", "quiet", "-o", folder]);
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0)
        {
            throw new InvalidOperationException("The server could not be published.");
        }
    }

    /// <returns>What <see cref="Measured"/> gives; null where nothing was painted.</returns>
    private static async Task<JsonElement?> Open(Browser browser, Uri server, string path, bool isBehindGate, bool holdsScripts)
    {
        await using var tab = await browser.Open();
        await tab.Call("Page.enable");
        await tab.Call("Network.enable");
        if (isBehindGate)
        {
            await tab.Call("Page.navigate", new { url = server.ToString() });
            await tab.Comes("document.readyState === 'complete' && location.pathname === '/'");
            await tab.Evaluate(PassGate);
            await tab.Comes("document.readyState === 'complete' && location.pathname === '/chat'");
            await tab.Call("Network.clearBrowserCache");
        }

        if (holdsScripts)
        {
            // Nobody answers what is stopped here.
            await tab.Call("Fetch.enable", new { patterns = new[] { new { resourceType = "Script" } } });
        }

        await tab.Call("Network.emulateNetworkConditions", new { offline = false, latency = Latency, downloadThroughput = DownKilobits * 1000 / 8, uploadThroughput = UpKilobits * 1000 / 8 });
        await tab.Call("Emulation.setCPUThrottlingRate", new { rate = SlowerProcessor });
        await tab.Call("Page.navigate", new { url = new Uri(server, path).ToString() });
        return await tab.Comes(holdsScripts ? Painted : $"document.readyState === 'complete' && {Painted}") ? await tab.Evaluate(Measured) : null;
    }

    private static void Print(string name, List<JsonElement> runs, JsonElement? held)
    {
        double Median(string what) => runs.Select(run => run.GetProperty(what).GetDouble()).Order().ElementAt(runs.Count / 2);
        var firsts = runs.Select(run => run.GetProperty("first").GetDouble()).ToArray();
        var late = held is { } there ? $"{there.GetProperty("first").GetDouble(),15:N0} ms" : "nothing painted";
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-22} {Median("first"),7:N0} ± {(firsts.Max() - firsts.Min()) / 2,3:N0} ms {Median("largest"),7:N0} ms {Median("bytes") / 1000,8:N1} KB in {Median("requests"),5:N0} {Median("loaded"),7:N0} ms {Median("allBytes") / 1000,8:N1} KB in {Median("allRequests"),5:N0} {late,18}"));
    }
}
