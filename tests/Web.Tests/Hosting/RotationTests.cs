using System.Net;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Nodes;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>Every secret that the servers hold is renewed by the command line while people talk, as the runbook says.</summary>
public sealed class RotationTests
{
    private const string Address = "203.0.113.7";

    private static readonly (string Key, string Value)[] Settings =
    [
        ("Limits:Enabled", "false"), ("Staff:RequireTwoFactor", "false"), ("Staff:Bootstrap:Username", Moderator.Name), ("Staff:Bootstrap:Password", Moderator.Password),
        ("ForwardedHeaders:KnownProxies", "127.0.0.1"),
    ];

    [Fact(Explicit = true)]
    public async Task On_one_server_nobody_is_signed_out_no_ban_ends_and_no_message_is_lost()
    {
        await using var server = new ServerProcess(Settings.ToDictionary(one => one.Key, one => (string?)one.Value));
        await server.Start();
        await Rotate([server], [$"--Sealing:TombstoneFile={server.Tombstones}"], Path.Combine(server.Data, "master.key"));
    }

    [Fact(Explicit = true)]
    public async Task Nor_on_two_nodes_that_share_everything()
    {
        await using var cluster = await Cluster.Start(2, Settings);
        await Rotate(cluster.Nodes, [.. cluster.Settings.Select(setting => $"--{setting.Key}={setting.Value}")], cluster.Settings["Sealing:MasterKeyFile"]!);
    }

    private static async Task Rotate(IReadOnlyList<ServerProcess> nodes, string[] options, string masterKeyFile)
    {
        var (a, b) = (nodes[0].Address, nodes[^1].Address);
        await using var pair = await Pair.Meet(a, b);
        var talk = new Talk(pair.Ann, pair.MatchId);
        using var over = new CancellationTokenSource();
        var talking = talk.GoOn(Task.FromResult, over.Token);
        await talk.Answered(20);
        var (visitor, cookies) = Browser(a);
        var id = (await visitor.Enter()).GetProperty("visitorId").GetGuid();
        var (link, banned) = await Ban(a);
        var secrets = MasterKeySource.OfFile(masterKeyFile).Read().ToBytes().Chunk(32).ToList();

        await Keys("add");
        await Keys("promote", MasterKeySource.OfFile(masterKeyFile).Read().Keys[^1].Fingerprint);
        await Seen(nodes, "Other master keys are in use from now on: 2");
        await Keys("rewrap");
        await Keys("retire");
        await Keys("renew-tokens", "--in", "00:00:00");
        await Keys("renew-pepper", "--in", "00:00:00");
        await Seen(nodes, "Keys of tokens were made");
        await Seen(nodes, "The generations of the pepper are others");
        secrets.AddRange(MasterKeySource.OfFile(masterKeyFile).Read().ToBytes().Chunk(32));
        secrets.AddRange(Stored(nodes[0].Data, masterKeyFile, options));
        await talk.Answered(talk.AnsweredCount + 20);

        await Same();
        Assert.Equal(HttpStatusCode.Created, await Appeal(b, link));

        // What was written before and after is in the evidence.
        var report = await pair.Report("harassment");
        await over.CancelAsync();
        await talking;
        using (var staff = await Moderator.SignIn(b))
        {
            await Wait.Until(async () => (await staff.Reports()).Any(one => one.GetProperty("reportId").GetGuid() == report));
            var bodies = (await staff.Read(report)).GetProperty("evidence").GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("body").GetString()).ToList();
            Assert.NotEmpty(bodies);
            Assert.All(bodies, Assert.NotNull);
        }

        foreach (var node in nodes)
        {
            await node.Terminate();
            await node.Start();
        }

        await Same();

        // Revoking is another act: the same cookie is nobody's afterwards.
        await Keys("renew-tokens", "--revoke-before", TimeProvider.System.GetUtcNow().ToString("O", System.Globalization.CultureInfo.InvariantCulture));
        await Wait.Until(async () => await VisitorOf(nodes[0].Address) != id && await VisitorOf(nodes[^1].Address) != id);
        var said = string.Join('\n', nodes.Select(node => node.Output));
        foreach (var secret in secrets)
        {
            Assert.DoesNotContain(Convert.ToHexString(secret), said, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(secret)[..40], said, StringComparison.Ordinal);
        }

        visitor.Dispose();
        banned.Dispose();

        async Task Keys(params string[] verb)
        {
            var (code, output) = await ProjectionsCli.Run(nodes[0].Data, ["keys", .. verb, .. options]);
            Assert.True(code == 0, $"keys {string.Join(' ', verb)} ended with {code}.\n{output}");
        }

        // Whom a node takes the browser for by its cookies of before; a copy of them, which nothing renews.
        async Task<Guid> VisitorOf(Uri node)
        {
            using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = On(node, cookies, a) }) { BaseAddress = node };
            return (await browser.Enter()).GetProperty("visitorId").GetGuid();
        }

        // On every node: the cookie of before is the same visitor's, who is banned stays out by visitor, browser and address.
        async Task Same()
        {
            foreach (var node in nodes)
            {
                Assert.Equal(id, await VisitorOf(node.Address));
                using var refused = await new HttpClient(new SocketsHttpHandler { CookieContainer = On(node.Address, banned.Cookies, a, "rc_device") }) { BaseAddress = node.Address }
                    .Post("/api/session", new { birthYear = 1990, acceptTerms = true });
                await refused.Problem(403, "banned");
                Assert.Equal(4, await CostAt(node.Address, Address) / await CostAt(node.Address, "203.0.113.9"));
            }
        }
    }

    /// <summary>Somebody with a browser is banned for good, from a public address.</summary>
    private static async Task<(string Token, Banned Browser)> Ban(Uri address)
    {
        var (browser, cookies) = Browser(address);
        using var entered = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true }, ("X-Forwarded-For", Address));
        var session = await entered.Json(HttpStatusCode.Created);
        var id = session.GetProperty("visitorId").GetGuid();
        await using var visitor = await HubVisitor.Connect(address, session.GetProperty("token").GetString()!, id, from: Address);
        using var staff = await Moderator.SignIn(address);
        using var ban = await staff.Post("/api/admin/bans", new { visitorId = id, reason = "threat", statement = "For the test." });
        Assert.Equal(HttpStatusCode.Created, ban.StatusCode);
        var token = (await visitor.Next("banned")).Text("appealUrl").Split('=')[1];
        return (token, new(browser, cookies));
    }

    private static async Task<HttpStatusCode> Appeal(Uri address, string token)
    {
        using var anybody = new HttpClient { BaseAddress = address };
        using var filed = await anybody.Post("/api/appeals", new { token, statement = "It was not me." });
        return filed.StatusCode;
    }

    /// <summary>How much work a browser that nobody knows has to do at an address: more where somebody was banned there.</summary>
    private static async Task<int> CostAt(Uri node, string from)
    {
        using var stranger = new HttpClient { BaseAddress = node };
        using var answer = await stranger.Send(HttpMethod.Get, "/api/captcha", null, ("X-Forwarded-For", from));
        return (await answer.Json()).GetProperty("parameters").GetProperty("cost").GetInt32();
    }

    /// <summary>What the store of secrets holds: roots of the pepper, and the keys within the XML of keys of tokens.</summary>
    private static List<byte[]> Stored(string data, string masterKeyFile, string[] options)
    {
        var masters = new LocalMasterKeys(MasterKeySource.OfFile(masterKeyFile));
        using var database = options.FirstOrDefault(option => option.StartsWith("--ConnectionStrings:Postgres=", StringComparison.Ordinal)) is { } postgres
            ? Npgsql.NpgsqlDataSource.Create(postgres[(postgres.IndexOf('=', StringComparison.Ordinal) + 1)..])
            : null;
        ISecretStore store = database is null ? new SecretFiles(Path.Combine(data, "keys"), () => masters) : new Infrastructure.Postgres.PostgresSecrets(database, () => masters);
        var values = store.Texts("data-protection").SelectMany(text => System.Xml.Linq.XElement.Parse(text).Descendants("value")).Select(value => Convert.FromBase64String(value.Value));
        List<byte[]> stored = [.. store.RandomNames().Select(store.Random), .. values];
        Assert.True(stored.Count >= 4);
        return stored;
    }

    private static Task Seen(IReadOnlyList<ServerProcess> nodes, string line) =>
        Wait.Until(() => Task.FromResult(nodes.All(node => node.Output.Contains(line, StringComparison.Ordinal))), TimeSpan.FromMinutes(2));

    private static (HttpClient, CookieContainer) Browser(Uri address)
    {
        var cookies = new CookieContainer();
        return (new(new SocketsHttpHandler { CookieContainer = cookies }) { BaseAddress = address }, cookies);
    }

    /// <summary>The cookies that a browser has of one node, for another one.</summary>
    private static CookieContainer On(Uri address, CookieContainer cookies, Uri from, string? only = null)
    {
        var copy = new CookieContainer();
        foreach (var cookie in cookies.GetCookies(from).Where(cookie => only is null || cookie.Name == only))
        {
            copy.Add(address, new Cookie(cookie.Name, cookie.Value, "/"));
        }

        return copy;
    }

    private sealed record Banned(HttpClient Http, CookieContainer Cookies) : IDisposable
    {
        public void Dispose() => Http.Dispose();
    }
}
