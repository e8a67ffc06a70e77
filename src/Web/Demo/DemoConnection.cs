using System.Security.Claims;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;

namespace RandomChat.Web.Demo;

/// <summary>The connection of somebody who is made up: there is nobody at its other end, so what is sent to it arrives nowhere.</summary>
internal sealed class DemoConnection : HubCallerContext
{
    public override string ConnectionId { get; } = $"demo-{Guid.NewGuid():N}";

    public override string? UserIdentifier => null;

    public override ClaimsPrincipal? User => null;

    public override IDictionary<object, object?> Items { get; } = new Dictionary<object, object?>();

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override CancellationToken ConnectionAborted => CancellationToken.None;

    /// <summary>Whoever made it closes it.</summary>
    public override void Abort()
    {
    }
}
