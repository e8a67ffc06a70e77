using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RandomChat.Engines;
using RandomChat.StandIn;
using RandomChat.Web.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>Servers whose keys lie in Postgres.</summary>
public sealed class PostgresTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("randomchat-master-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_token_a_cookie_and_a_challenge_of_one_node_are_good_on_another()
    {
        await using var log = await SharedLog();
        var settings = Settings(await (await PostgresServer.Shared()).NewDatabase(), log);
        settings["Captcha:Mode"] = "always";
        settings["Captcha:Cost"] = "1";
        settings["Captcha:MaximumCounter"] = "50";
        var nodes = await Task.WhenAll(RunningServer.Start(settings), RunningServer.Start(settings));
        try
        {
            foreach (var (one, other) in new[] { (nodes[0], nodes[1]), (nodes[1], nodes[0]) })
            {
                using var here = one.NewBrowser();
                using var there = other.NewBrowser();
                var captcha = Solve(await here.GetStringAsync("/api/captcha"));
                using var entered = await there.Post("/api/session", new { birthYear = 1990, acceptTerms = true, captcha });
                var token = (await entered.Json(HttpStatusCode.Created)).GetProperty("token").GetString()!;
                using var unknown = await here.GetAsync("/api/preferences");
                using var known = await here.As(token).GetAsync("/api/preferences");
                await unknown.Problem(401, "no-session");
                await known.Json();

                // A browser sends the cookies of one node to the other, as behind a load balancer.
                using var roaming = new HttpClient { BaseAddress = one.Address };
                roaming.DefaultRequestHeaders.Add("Cookie", entered.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0]));
                using var again = await roaming.GetAsync("/api/preferences");
                await again.Json();
            }
        }
        finally
        {
            await nodes[0].DisposeAsync();
            await nodes[1].DisposeAsync();
        }
    }

    [Fact(Explicit = true)]
    public async Task While_Postgres_is_down_people_chat_skip_meet_and_report_and_nobody_new_comes_in()
    {
        await using var postgres = await PostgresServer.Own();
        var settings = Settings(await postgres.NewDatabase());
        settings["Matching:RematchWindow"] = "00:00:00";
        await using var server = await HubServer.With(settings);
        using var browser = server.NewBrowser();
        await (await browser.GetAsync("/health/ready")).Json();
        await using var pair = await Pair.Meet(server.Address);
        var request = Pair.Request();
        request["interests"] = new[] { "chess" };

        await postgres.Stop();
        await pair.Ann.Say(pair.MatchId, "still here");
        Assert.Equal("still here", (await pair.Bob.Next("chat_message")).Text("body"));
        await pair.Ann.Call("skip", new Dictionary<string, object?> { ["matchId"] = pair.MatchId });
        Assert.Equal("skipped", (await pair.Bob.Next("end_session")).Text("reason"));
        await pair.Ann.Join(request);
        await pair.Bob.Join(request);
        var next = (await pair.Ann.Next("match_found")).Text("matchId");
        Assert.Equal(next, (await pair.Bob.Next("match_found")).Text("matchId"));
        await pair.Bob.Say(next, "rude words");
        using var rest = pair.Ann.Rest();
        using var report = await rest.Post("/api/report", new { matchId = next, reason = "harassment", comment = "rude" });
        await report.Json(HttpStatusCode.Created);

        // The same connection again, and as another tab.
        await using var tab = await pair.Bob.AnotherTab();
        await tab.Join(Pair.Request());

        using var refused = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true });
        Assert.Contains("postgres", (await refused.Problem(503, "unavailable")).ToString(), StringComparison.Ordinal);
        using var down = await browser.GetAsync("/health/ready");
        var missing = (await down.Json(HttpStatusCode.ServiceUnavailable)).GetProperty("dependencies").EnumerateArray()
            .Where(dependency => !dependency.GetProperty("ready").GetBoolean()).Select(dependency => dependency.GetProperty("name").GetString()!);
        Assert.Equal(["postgres"], missing.Where(name => !name.StartsWith("projection:", StringComparison.Ordinal)));

        await postgres.Start();
        await UntilReady(browser);
        await browser.Enter();
    }

    [Fact]
    public async Task Without_its_Postgres_a_server_does_not_start_and_says_why()
    {
        var absent = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.Start(Settings("Host=127.0.0.1;Port=1;Username=randomchat;Password=geheim")));
        var unreadable = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.Start(Settings("Hots=127.0.0.1;Password=geheim")));

        Assert.Matches("^RandomChat cannot start. postgres is unavailable. .*127.0.0.1:1", StartFailure.Explain(absent));
        Assert.Contains("ConnectionStrings:Postgres", StartFailure.Explain(unreadable), StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", StartFailure.Explain(absent) + StartFailure.Explain(unreadable), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_with_another_master_key_does_not_start_and_says_why()
    {
        await using var log = await SharedLog();
        var settings = Settings(await (await PostgresServer.Shared()).NewDatabase(), log);
        await using var first = await RunningServer.Start(settings);
        settings["Sealing:MasterKeyFile"] = Path.Combine(directory, "other.key");
        await File.WriteAllBytesAsync(settings["Sealing:MasterKeyFile"]!, RandomNumberGenerator.GetBytes(32));

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.Start(settings));

        Assert.Contains("other.key", StartFailure.Explain(failure), StringComparison.Ordinal);
    }

    /// <summary>What several servers on one Postgres need.</summary>
    private Task<StandInServer> SharedLog() => StandInServer.Start(new() { Data = Path.Combine(directory, "log") });

    private Dictionary<string, string?> Settings(string connection, StandInServer? log = null) => new()
    {
        ["ConnectionStrings:EventStoreDb"] = log is null ? null : $"esdb://127.0.0.1:{log.Address.Port}?tls=false",
        ["ConnectionStrings:Postgres"] = connection,
        ["Sealing:MasterKeyFile"] = Path.Combine(directory, "master.key"),
    };

    private static async Task UntilReady(HttpClient browser)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            using var answer = await browser.GetAsync("/health/ready", patience.Token);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(100, patience.Token);
        }
    }

    /// <summary>What the page's worker does: counts until the derived key begins as asked.</summary>
    private static string Solve(string challenge)
    {
        var json = JsonSerializer.Deserialize<JsonElement>(challenge);
        var parameters = json.GetProperty("parameters");
        var nonce = Convert.FromHexString(parameters.Text("nonce"));
        var password = new byte[nonce.Length + sizeof(uint)];
        nonce.CopyTo(password, 0);
        for (uint counter = 0; ; counter++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(password.AsSpan(nonce.Length), counter);
            var key = Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(
                password, Convert.FromHexString(parameters.Text("salt")), parameters.GetProperty("cost").GetInt32(), HashAlgorithmName.SHA256, 32));
            if (key.StartsWith(parameters.Text("keyPrefix"), StringComparison.Ordinal))
            {
                return Convert.ToBase64String(Encoding.UTF8.GetBytes(
                    $$$"""{"challenge":{{{challenge}}},"solution":{"counter":{{{counter}}},"derivedKey":"{{{key}}}"}}"""));
            }
        }
    }
}
