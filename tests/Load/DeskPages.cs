using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections;
using RandomChat.Projections.Engine;
using RandomChat.StandIn;

namespace RandomChat.Load;

/// <summary>How long the server takes for every page and list of the desk. What is over the limit is marked, and makes the program fail.</summary>
internal static partial class DeskPages
{
    private const int Cases = 100_000;
    private const int Warming = 5;
    private const int Asked = 40;
    private const int Turned = 20;
    private const double MostMilliseconds = 200;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(0.5);

    private const string Name = "olga";
    private const string Password = "correct horse battery";

    public static async Task<int> Run(string[] rest)
    {
        var cases = rest is [var given, ..] ? int.Parse(given, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) : Cases;
        var folder = Directory.CreateTempSubdirectory("randomchat-desk-").FullName;
        try
        {
            var visitor = await DeskLog.Fill(Path.Combine(folder, "events.db"), cases);
            var slow = 0;
            Console.WriteLine($"{"read models",-12} {"page",-58} {"p50",8} {"p95",8} {"max",8}");
            if (!rest.Contains("postgres"))
            {
                await using (var sqlite = new SqliteReadStore(Path.Combine(folder, "read")))
                {
                    await Build(sqlite, folder);
                }

                slow += await Measure("SQLite", folder, null, visitor);
            }

            if (Environment.GetEnvironmentVariable("POSTGRES_CONNECTION") is { Length: > 0 } server)
            {
                var connection = await RebuildCommand.NewDatabase(server);
                await using (var postgres = new PostgresReadStore(connection, TimeProvider.System))
                {
                    await Build(postgres, folder);
                }

                slow += await Measure("PostgreSQL", folder, connection, visitor);
            }
            else
            {
                Console.WriteLine("PostgreSQL: not measured, POSTGRES_CONNECTION names none.");
            }

            return slow == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Build(IReadStore store, string folder)
    {
        var clock = Stopwatch.StartNew();
        await using var log = new LogSource(SqliteEventStore.OpenReadOnly(Path.Combine(folder, "events.db"), TimeProvider.System));
        await new Rebuild(store, new EventFeed(log, EventCodec.Default, TimeProvider.System)).Run(ProjectionsSetup.All, null, default);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"read models built in {clock.Elapsed.TotalSeconds:0} s"));
    }

    private static async Task<int> Measure(string engine, string folder, string? connection, Guid visitor)
    {
        using var server = await Start(folder, connection);
        try
        {
            using var http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = server.Address };
            http.DefaultRequestHeaders.Authorization = new("Bearer", await SignIn(http));
            await Calm(server.Process);
            var slow = 0;
            foreach (var page in await Pages(http, visitor))
            {
                slow += await Ask(engine, http, page) ? 0 : 1;
            }

            return slow;
        }
        finally
        {
            server.Process.Kill();
            await server.Process.WaitForExitAsync();
        }
    }

    /// <summary>Every page and list; of a list that goes on, also a page from its middle.</summary>
    private static async Task<List<string>> Pages(HttpClient http, Guid visitor)
    {
        var open = ReportPartnerHandler.CaseOf(visitor);
        List<string> pages =
        [
            "/admin", "/admin?handler=Numbers", "/admin/cases", "/admin/cases?lane=urgent", "/admin/cases?lane=normal", "/admin/cases?lane=automated", "/admin/cases?lane=severe",
            $"/admin/cases/{open}", $"/admin/cases/{open}?handler=Standing&version=0&mark=0", "/admin/bans", "/admin/bans?reviewDue=true", "/admin/appeals",
            $"/admin/history?id={visitor}", $"/admin/history?id={open}", "/admin/history?type=moderation.case.reported.v1", "/admin/history?type=visitors.session.resumed.v1&who=" + visitor,
            "/admin/audit", "/admin/audit?act=decision", "/admin/transparency", "/admin/staff", "/admin/sessions", "/api/admin/metrics", "/api/admin/rules",
            "/api/admin/ledger/anchors",
        ];
        foreach (var list in new[]
        {
            "/api/admin/reports?limit=200", "/api/admin/reports?status=open&limit=200", "/api/admin/reports?status=dismissed&limit=200", "/api/admin/bans?limit=200",
            "/api/admin/appeals?limit=200", "/admin/cases?lane=normal", "/admin/bans", "/admin/appeals", "/admin/history?type=moderation.case.reported.v1", "/admin/audit",
        })
        {
            // The API's lists are not among the pages yet; of all, the one that twenty pages lead to, or the last.
            pages.Remove(list);
            pages.Add(list);
            var last = list;
            for (var n = 0; n < Turned && await Next(http, list, last) is { } next; n++)
            {
                last = next;
            }

            if (last != list)
            {
                pages.Add(last);
            }
        }

        return pages;
    }

    private static async Task<string?> Next(HttpClient http, string list, string shown)
    {
        var answer = await http.GetStringAsync(shown);
        if (!list.StartsWith("/api/", StringComparison.Ordinal))
        {
            return OnwardLink().Match(answer) is { Success: true } link ? WebUtility.HtmlDecode(link.Groups["to"].Value) : null;
        }

        using var page = JsonDocument.Parse(answer);
        return page.RootElement.TryGetProperty("next", out var next) && next.ValueKind != JsonValueKind.Null
            ? $"{list}&after={Uri.EscapeDataString(next.ToString())}"
            : null;
    }

    [GeneratedRegex("href=\"(?<to>[^\"#]*[?;&](?:after|before|Before|ActsBefore)=[^\"#]+)")]
    private static partial Regex OnwardLink();

    private static async Task<bool> Ask(string engine, HttpClient http, string page)
    {
        var times = new List<double>();
        for (var n = 0; n < Warming + Asked; n++)
        {
            var clock = Stopwatch.StartNew();
            using var answer = await http.GetAsync(page);
            await answer.Content.ReadAsByteArrayAsync();
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                Console.WriteLine($"{engine,-12} {Short(page),-58} answered {(int)answer.StatusCode}");
                return false;
            }

            if (n >= Warming)
            {
                times.Add(clock.Elapsed.TotalMilliseconds);
            }
        }

        times.Sort();
        var (p50, p95) = (times[Asked / 2], times[(Asked * 95 / 100) - 1]);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{engine,-12} {Short(page),-58} {p50,8:0.0} {p95,8:0.0} {times[^1],8:0.0}{(p95 > MostMilliseconds ? "  over 200 ms" : "")}"));
        return p95 <= MostMilliseconds;
    }

    private static string Short(string page) => page.Length <= 58 ? page : page[..57] + "…";

    /// <summary>Waits until the server has caught up with the log: its ledger and its index read all of it first.</summary>
    private static async Task Calm(Process process)
    {
        for (var before = TimeSpan.Zero; ;)
        {
            process.Refresh();
            var spent = process.TotalProcessorTime;
            if (spent - before < Idle)
            {
                return;
            }

            before = spent;
            await Task.Delay(Look);
        }
    }

    /// <summary>A token that opens the lists and the pages alike.</summary>
    private static async Task<string> SignIn(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync("/api/login", new { username = Name, password = Password });
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString()!;
    }

    private static async Task<Server> Start(string folder, string? connection)
    {
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "RandomChat.sln")))
        {
            root = Path.GetDirectoryName(root)!;
        }

        // Built as this program is, and beside it.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;
        var web = Path.Combine(root, "src", "Web");
        var address = new Uri($"http://localhost:{StandInProcess.FreePort()}");
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(web, "bin", configuration, "net10.0", "RandomChat.Web.dll"), "--urls", address.ToString(), "--contentRoot", web])
        {
            RedirectStandardOutput = true,
        };
        (string Name, string Value)[] settings =
        [
            ("RandomChat__DataDirectory", folder), ("Captcha__Mode", "off"), ("Limits__Enabled", "false"), ("Staff__RequireTwoFactor", "false"),
            ("Staff__Bootstrap__Username", Name), ("Staff__Bootstrap__Password", Password), ("ConnectionStrings__Postgres", connection ?? string.Empty),
        ];
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains(" fail: ", StringComparison.Ordinal) == true)
            {
                Console.Error.WriteLine(line.Data);
            }
        };
        process.BeginOutputReadLine();
        using var http = new HttpClient { BaseAddress = address };
        while (!process.HasExited)
        {
            try
            {
                using var ready = await http.GetAsync("/health/ready");
                if (ready.IsSuccessStatusCode)
                {
                    return new(process, address);
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(200);
        }

        throw new InvalidOperationException("The server ended before it was ready.");
    }

    private sealed record Server(Process Process, Uri Address) : IDisposable
    {
        public void Dispose() => Process.Dispose();
    }
}
