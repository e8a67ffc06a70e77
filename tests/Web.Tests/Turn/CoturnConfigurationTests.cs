using System.Net;
using System.Net.Sockets;
using RandomChat.Engines;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Turn;

/// <summary>The configuration that operators are given, in a real coturn: it relays for who has credentials, and never into its own network.</summary>
public sealed class CoturnConfigurationTests
{
    private static readonly string Configuration = Path.Combine(RepositoryFolder.Path, "deploy", "coturn", "turnserver.conf");

    [Fact]
    public async Task An_allocation_takes_the_right_credentials()
    {
        await using var turn = await Start();
        await using var stranger = await TurnSession.Connect(turn.Port);
        await using var visitor = await TurnSession.Connect(turn.Port);

        Assert.Equal(401, await stranger.Allocate("another secret"));
        Assert.Null(await visitor.Allocate(turn.Secret));
        Assert.Null(await visitor.Permit(IPAddress.Parse("9.9.9.9")));
        Assert.Null(await visitor.Bind(IPAddress.Parse("9.9.9.9")));
    }

    [Fact]
    public async Task Who_calls_is_not_in_its_log()
    {
        await using var turn = await Start();
        await using var visitor = await TurnSession.Connect(turn.Port);
        await using var stranger = await TurnSession.Connect(turn.Port);

        Assert.Null(await visitor.Allocate(turn.Secret));
        Assert.Equal(401, await stranger.Allocate("another secret"));

        await Wait.Until(() => Task.FromResult(turn.Log.Any(line => line.Contains("Cannot find credentials", StringComparison.Ordinal))));
        Assert.DoesNotContain(turn.Log, line => line.Contains("127.0.0.1:", StringComparison.Ordinal) || line.Contains("session ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_but_the_public_internet_can_be_reached_through_it()
    {
        await using var turn = await Start();
        await using var visitor = await TurnSession.Connect(turn.Port);
        Assert.Null(await visitor.Allocate(turn.Secret));

        await AssertDenied(
            visitor, "0.0.0.1", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8",
            "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255");
    }

    [Fact]
    public async Task Nor_over_IPv6()
    {
        if (!Socket.OSSupportsIPv6)
        {
            Assert.Skip("This machine has no IPv6.");
        }

        await using var turn = await Start("--relay-ip", "::1");
        await using var visitor = await TurnSession.Connect(turn.Port);
        Assert.Null(await visitor.Allocate(turn.Secret, overIPv6: true));
        Assert.Null(await visitor.Permit(IPAddress.Parse("2620:fe::9")));

        await AssertDenied(
            visitor, "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:9.9.9.9", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1", "2001::1",
            "2001:db8::1", "2002:a00:1::1", "3fff::1", "5f00::1", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1");
    }

    private static Task<TurnServer> Start(params string[] options) => TurnServer.With(Configuration, ["--relay-ip", "127.0.0.1", .. options]);

    private static async Task AssertDenied(TurnSession visitor, params string[] peers)
    {
        foreach (var peer in peers.Select(IPAddress.Parse))
        {
            Assert.Equal((peer, 403, 403), (peer, await visitor.Permit(peer) ?? 0, await visitor.Bind(peer) ?? 0));
        }
    }
}
