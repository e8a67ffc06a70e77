using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>A disk that is really full: writes are refused, nothing is damaged, and it goes on by itself when there is room.</summary>
public sealed class FullDiskTests
{
    [Fact(Explicit = true)]
    public async Task What_does_not_fit_is_refused_as_unavailable_and_all_goes_on_when_there_is_room()
    {
        await using var server = new ServerProcess(new Dictionary<string, string?>
        {
            ["Limits:Enabled"] = "false",
            ["Matching:ReconnectGrace"] = "00:01:00",
            ["Ledger:AnchorEvery"] = "00:00:01",
        });
        if (await Exit("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", server.Data) != 0)
        {
            Assert.Skip("A small file system cannot be mounted here.");
        }

        try
        {
            await server.Start();
            await using var pair = await Pair.Meet(server.Address);
            var answered = new List<string> { "before" };
            await pair.Ann.Say(pair.MatchId, "before");
            var ballast = Path.Combine(server.Data, "ballast");
            await Fill(ballast);

            // There may be room in what the files have already; a message of this size finds the end of it.
            var (code, body) = (string.Empty, string.Empty);
            for (var n = 0; code.Length == 0; n++)
            {
                Assert.True(n < 2_000, "The disk never was full.");
                body = $"{n} {new string('x', 1_500)}";
                try
                {
                    await pair.Ann.Say(pair.MatchId, body, $"full-{n}");
                    answered.Add(body);
                }
                catch (Microsoft.AspNetCore.SignalR.HubException refused)
                {
                    code = refused.Message;
                }
            }

            Assert.Contains("unavailable", code, StringComparison.Ordinal);
            using var bob = pair.Bob.Rest();
            using (var report = await bob.Post("/api/report", new { matchId = Guid.NewGuid(), reason = "spam" }))
            {
                // Who asks for what needs no room is answered as ever.
                await report.Problem(409, "not-in-match");
            }

            using (var newcomer = new HttpClient { BaseAddress = server.Address })
            using (var entered = await newcomer.Post("/api/session", new { birthYear = 1990, acceptTerms = true, displayName = new string('n', 20) }))
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, entered.StatusCode);
                await entered.Problem(503, "unavailable");
            }

            // A balancer sends nobody here: it comes back by itself when there is room, before anybody says anything.
            using var http = new HttpClient { BaseAddress = server.Address };
            Assert.Contains("event-log", await NotReady(http));
            Assert.Contains("event-log", await NotReady(http));
            Assert.Single(server.Output.Split('\n'), line => line.Contains("The event log takes no appends", StringComparison.Ordinal));
            File.Delete(ballast);
            await Wait.Until(async () => !(await NotReady(http)).Contains("event-log"));
            Assert.Single(server.Output.Split('\n'), line => line.Contains("The event log takes appends again", StringComparison.Ordinal));

            await Wait.Until(async () => (await pair.Ann.Say(pair.MatchId, body, "full-again")).Text("status") == "delivered");
            answered.Add(body);
            var heard = new List<string>();
            for (var after = 0; ; after = heard.Count)
            {
                var page = await pair.Bob.Call("resume", new Dictionary<string, object?> { ["matchId"] = pair.MatchId, ["afterSequence"] = after });
                var bodies = page.GetProperty("messages").EnumerateArray().Select(message => message.Text("body")).ToArray();
                if (bodies.Length == 0)
                {
                    break;
                }

                heard.AddRange(bodies);
            }

            Assert.Equal(answered, heard);
            await pair.Report("spam");
            await Wait.Until(async () =>
            {
                using var ready = await http.GetAsync("/health/ready");
                return ready.IsSuccessStatusCode;
            });
            var audit = (Code: -1, Output: string.Empty);
            await Wait.Until(async () => (audit = await ProjectionsCli.Run(server.Data, "audit", "--anchors", Path.Combine(server.Data, "anchors.ndjson"))).Code == 0);
            Assert.Equal(0, await server.Terminate());
            var verified = await ProjectionsCli.Run(server.Data, "verify");
            Assert.True(verified.Code == 0, verified.Output);
        }
        finally
        {
            await server.Kill();
            await Exit("umount", server.Data);
        }
    }

    /// <summary>The dependencies that readiness names as missing.</summary>
    private static async Task<IReadOnlyList<string>> NotReady(HttpClient http)
    {
        using var ready = await http.GetAsync("/health/ready");
        var answer = await ready.Content.ReadFromJsonAsync<JsonElement>();
        return [.. answer.GetProperty("dependencies").EnumerateArray().Where(one => !one.GetProperty("ready").GetBoolean()).Select(one => one.Text("name"))];
    }

    /// <summary>All that is left.</summary>
    private static async Task Fill(string file)
    {
        await using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1);
        foreach (var size in new[] { 1 << 20, 1 << 12 })
        {
            try
            {
                while (true)
                {
                    await stream.WriteAsync(new byte[size], TestContext.Current.CancellationToken);
                }
            }
            catch (IOException)
            {
                // No more of this size.
            }
        }
    }

    private static async Task<int> Exit(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
