using RandomChat.Application.Matchmaking;
using RandomChat.Infrastructure.Lobby;

namespace RandomChat.Infrastructure.Tests.Lobby;

public sealed class InProcessLobbyTests : LobbyContract
{
    private protected override ValueTask<ILobby> Create(LobbyOptions options, TimeProvider time) =>
        new(new InProcessLobby(options, time, Guid.CreateVersion7));
}
