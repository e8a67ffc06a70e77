using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Turn;

public sealed class TurnTests
{
    [Fact]
    public async Task Without_servers_browsers_find_each_other_alone()
    {
        var ice = await Ask([]);

        Assert.Equal(["expiresAt", "iceServers", "iceTransportPolicy"], ice.EnumerateObject().Select(p => p.Name).Order());
        Assert.Empty(ice.GetProperty("iceServers").EnumerateArray());
        Assert.Equal("all", ice.GetProperty("iceTransportPolicy").GetString());
    }

    [Fact]
    public async Task Credentials_are_coturns_and_end_when_promised()
    {
        var ice = await Ask(new()
        {
            ["Stun:Urls"] = "stun:stun.example:3478",
            ["Turn:Urls:0"] = "turn:turn.example:3478",
            ["Turn:Urls:1"] = "turns:turn.example:5349",
            ["Turn:Secret"] = "shared-secret",
            ["Turn:Ttl"] = "00:30:00",
        });

        var servers = ice.GetProperty("iceServers").EnumerateArray().ToArray();
        Assert.Equal(2, servers.Length);
        Assert.Equal(["stun:stun.example:3478"], servers[0].GetProperty("urls").EnumerateArray().Select(url => url.GetString()!));
        Assert.False(servers[0].TryGetProperty("credential", out _));
        Assert.Equal(["turn:turn.example:3478", "turns:turn.example:5349"], servers[1].GetProperty("urls").EnumerateArray().Select(url => url.GetString()!));
        var username = servers[1].GetProperty("username").GetString()!;
        var expiry = DateTimeOffset.FromUnixTimeSeconds(long.Parse(username.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(ice.GetProperty("expiresAt").GetDateTimeOffset(), expiry);
        Assert.InRange(expiry - DateTimeOffset.UtcNow, TimeSpan.FromMinutes(25), TimeSpan.FromMinutes(31));
#pragma warning disable CA5350 // coturn's credentials are HMAC-SHA1 by definition.
        Assert.Equal(
            Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes("shared-secret"), Encoding.UTF8.GetBytes(username))),
            servers[1].GetProperty("credential").GetString());
#pragma warning restore CA5350
        Assert.Equal("relay", ice.GetProperty("iceTransportPolicy").GetString());
    }

    [Fact]
    public async Task The_policy_can_be_set() => Assert.Equal(
        "all",
        (await Ask(new() { ["Turn:Urls"] = "turn:turn.example", ["Turn:Secret"] = "s", ["Ice:Policy"] = "all" })).GetProperty("iceTransportPolicy").GetString());

    private static async Task<JsonElement> Ask(Dictionary<string, string?> settings)
    {
        await using var server = await RunningServer.Start(settings);
        using var browser = server.NewBrowser();
        await browser.Enter();
        using var answer = await browser.GetAsync("/api/turn");
        return await answer.Json();
    }
}
