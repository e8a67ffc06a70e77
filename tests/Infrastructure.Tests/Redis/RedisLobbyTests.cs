using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Matchmaking;
using RandomChat.Engines;
using RandomChat.Infrastructure.Redis;
using RandomChat.Infrastructure.Tests.Lobby;

namespace RandomChat.Infrastructure.Tests.Redis;

/// <summary>The contract of every lobby, on a real Redis.</summary>
public sealed class RedisLobbyTests : LobbyContract, IAsyncLifetime
{
    private RedisConnection? connection;

    private protected override async ValueTask<ILobby> Create(LobbyOptions options, TimeProvider time)
    {
        var server = await RedisServer.Shared();
        connection = RedisConnection.Open(server.ConnectionString, $"test-{Guid.NewGuid():N}:", NullLogger<RedisConnection>.Instance);
        return new RedisLobby(
            connection, "one", options, TimeSpan.FromSeconds(10), time, Guid.CreateVersion7, NullLogger<RedisLobby>.Instance);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        (Lobby as IDisposable)?.Dispose();
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
