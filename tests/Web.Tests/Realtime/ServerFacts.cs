using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Realtime;
using RandomChat.Web.Realtime;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>What a test has to know before it goes on, asked of the server itself instead of waiting for luck.</summary>
internal static class ServerFacts
{
    public static bool IsConnected(this RunningServer server, Guid visitorId) =>
        server.Services.GetRequiredService<IVisitorConnections>().IsConnected(visitorId);

    public static int Connections(this RunningServer server, Guid visitorId) =>
        server.Services.GetRequiredService<VisitorConnections>().CountOf(visitorId);
}
