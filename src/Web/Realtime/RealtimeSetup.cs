using MessagePack;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Realtime;

namespace RandomChat.Web.Realtime;

/// <summary>The hub and all that hangs on its connections.</summary>
public static class RealtimeSetup
{
    private const int LargestFrame = 256 * 1024;

    // More than the burst of messages, so that leaving never stands in line behind messages that wait for the log.
    private const int MostCallsAtOnce = 32;

    public static IServiceCollection AddRealtime(this IServiceCollection services)
    {
        services
            .AddSignalR(options =>
            {
                options.MaximumReceiveMessageSize = LargestFrame;
                options.MaximumParallelInvocationsPerClient = MostCallsAtOnce;
                options.ClientTimeoutInterval = TimeSpan.FromSeconds(30);
                options.AddFilter<HubRefusals>();
            })
            .AddJsonProtocol(options => WireJson.Apply(options.PayloadSerializerOptions))
            .AddMessagePackProtocol(options => options.SerializerOptions = MessagePackSerializerOptions.Standard
                .WithResolver(JsonShapedResolver.Instance)
                .WithSecurity(MessagePackSecurity.UntrustedData));
        services.RemoveAll<IHubProtocol>();
        services.AddSingleton<IHubProtocol>(provider => new LenientHubProtocol(
            new JsonHubProtocol(provider.GetRequiredService<IOptions<JsonHubProtocolOptions>>())));
        services.AddSingleton<IHubProtocol>(provider => new LenientHubProtocol(
            new MessagePackHubProtocol(provider.GetRequiredService<IOptions<MessagePackHubProtocolOptions>>())));
        services.AddSingleton<HubRefusals>();
        services.AddSingleton<VisitorConnections>();
        services.AddSingleton<Arrivals>();
        services.AddSingleton<ILocalConnections>(provider => provider.GetRequiredService<VisitorConnections>());
        services.TryAddSingleton<IVisitorConnections>(provider => provider.GetRequiredService<VisitorConnections>());
        services.AddHostedService<Restart>();
        services.AddHostedService<MatchmakingLoop>();
        services.AddHostedService<ScreeningLoop>();
        return services;
    }

    /// <summary>Protocol pings that every client answers find a vanished peer within about ten seconds.</summary>
    public static IApplicationBuilder UseRealtime(this IApplicationBuilder app) => app.UseWebSockets(new()
    {
        KeepAliveInterval = TimeSpan.FromSeconds(5),
        KeepAliveTimeout = TimeSpan.FromSeconds(5),
    });

    public static void MapRealtime(this IEndpointRouteBuilder endpoints) => endpoints.MapHub<ChatHub>(ChatHub.Path);
}
