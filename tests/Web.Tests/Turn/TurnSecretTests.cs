using RandomChat.Engines;
using RandomChat.Web.Tests.Hosting;
using StackExchange.Redis;

namespace RandomChat.Web.Tests.Turn;

/// <summary>The runbook's ways to change the secret that TURN servers share with the nodes, with a real coturn.</summary>
public sealed class TurnSecretTests
{
    [Fact]
    public async Task A_server_with_both_secrets_takes_credentials_of_either_and_one_without_the_old_refuses_those()
    {
        await using var both = await TurnServer.Own("--static-auth-secret", "the new secret");
        await using var old = await TurnSession.Connect(both.Port);
        await using var anew = await TurnSession.Connect(both.Port);
        await using var stranger = await TurnSession.Connect(both.Port);
        Assert.Null(await old.Allocate(both.Secret));
        Assert.Null(await anew.Allocate("the new secret"));
        Assert.Equal(401, await stranger.Allocate("another secret"));
        Assert.Null(await old.Refresh());
        Assert.Null(await anew.Refresh());

        await using var after = await TurnServer.Own();
        await using var late = await TurnSession.Connect(after.Port);
        Assert.Equal(401, await late.Allocate(both.Secret));
    }

    [Fact]
    public async Task Secrets_in_a_Redis_change_under_a_running_call()
    {
        await using var redis = await RedisServer.Own();
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        var port = redis.ConnectionString.Split(',')[0].Split(':')[1];
        await using var turn = await TurnServer.Own("--redis-userdb", $"ip=127.0.0.1 port={port} dbname=0 connect_timeout=10");
        var database = connection.GetDatabase();
        const string Key = "turn/realm/turn.example/secret";
        await database.SetAddAsync(Key, "the old secret");

        await using var call = await TurnSession.Connect(turn.Port);
        await Allocates(turn, call, "the old secret");
        await database.SetAddAsync(Key, "the new secret");
        await using (var other = await TurnSession.Connect(turn.Port))
        {
            await Allocates(turn, other, "the new secret");
        }

        Assert.Null(await call.Refresh());
        await database.SetRemoveAsync(Key, "the old secret");
        await Wait.Until(async () =>
        {
            await using var late = await TurnSession.Connect(turn.Port);
            return await late.Allocate("the old secret") == 401;
        });

        // A call that goes on is known by its own key.
        Assert.Null(await call.Refresh());
    }

    private static async Task Allocates(TurnServer turn, TurnSession session, string secret)
    {
        var error = await session.Allocate(secret);
        Assert.True(error is null, $"{error}\n{string.Join('\n', turn.Log.TakeLast(20))}");
    }
}
