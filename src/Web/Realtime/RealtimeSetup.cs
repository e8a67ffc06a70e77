using MessagePack;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Realtime;
using RandomChat.Web.Problems;

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

    public static IApplicationBuilder UseRealtime(this IApplicationBuilder app)
    {
        var stopping = app.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        app.Use((context, next) => stopping.IsCancellationRequested && IsNewConnection(context.Request)
            ? Problem.Of("unavailable", "We are restarting. Your chat comes back by itself.").ExecuteAsync(context)
            : next(context));

        // Protocol pings that every client answers find a vanished peer within about ten seconds.
        return app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(5), KeepAliveTimeout = TimeSpan.FromSeconds(5) });
    }

    public static void MapRealtime(this IEndpointRouteBuilder endpoints) => endpoints.MapHub<ChatHub>(ChatHub.Path);

    /// <summary>
    /// Who is let in while the server stops, because the port is closed last, is told nothing and closed by nobody: people come back
    /// at once, and the stop would wait for them until its time is over. An <c>id</c> is that of a connection made before.
    /// </summary>
    private static bool IsNewConnection(HttpRequest request) =>
        request.Path.StartsWithSegments(ChatHub.Path, StringComparison.OrdinalIgnoreCase) && !request.Query.ContainsKey("id");
}
