using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Limits;
using RandomChat.Infrastructure.Limits;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Infrastructure.Settings;
using RandomChat.Web.Captcha;
using RandomChat.Web.Diagnostics;
using RandomChat.Web.Health;
using RandomChat.Web.Identity;
using RandomChat.Web.Input;
using RandomChat.Web.Limits;
using RandomChat.Web.Moderation;
using RandomChat.Web.Problems;
using RandomChat.Web.Security;
using RandomChat.Web.Turn;

namespace RandomChat.Web.Hosting;

/// <summary>Everything between the network and the use cases: settings, identity, captcha, limits, problems, security, health, metrics.</summary>
public static class EdgeSetup
{
    /// <summary>Where the server listens unless told otherwise.</summary>
    public const string DefaultUrl = "http://localhost:5080";

    /// <summary>Registers the edge, with settings of the shared file below those of the environment and the command line.</summary>
    public static WebApplicationBuilder AddEdge(this WebApplicationBuilder builder)
    {
        ((IConfigurationBuilder)builder.Configuration).AddRandomChatSettings();
        if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null && builder.Configuration["https_ports"] is null)
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodySize.Drained;
        });
        builder.Logging.AddPrivateLogging();
        builder.AddDiagnostics();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSettings(builder.Configuration);
        builder.Services.AddSingleton(provider => new ServerSecrets(
            provider.GetRequiredService<ISecretStore>, provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddHostedService<SecretsWatch>();
        builder.Services.AddHostedService<NativeMemory>();
        builder.Services.AddSingleton<AddressKeys>();
        builder.Services.AddLimits<InProcessLimits>();
        builder.Services.AddVisitorIdentity();
        builder.Services.AddCaptcha();
        builder.Services.AddTurn();
        builder.Services.AddSecurity(builder.Configuration);
        builder.Services.AddReadiness();
        return builder;
    }

    /// <summary>The middleware, in its order; routing is in it. WebSockets and endpoints come after it.</summary>
    public static WebApplication UseEdge(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<LimitOptions>>().Value.Enabled
            && app.Services.GetRequiredService<IOptions<CaptchaOptions>>().Value.Mode == CaptchaMode.Off)
        {
            LogMessages.Unprotected(app.Logger);
        }

        app.UseScrapes();
        app.UseTrustedProxies();
        app.UseSecurityHeaders();
        app.UseResponseCompression();
        app.UseProblems();
        app.UseBodySize();
        app.UseOwnOriginForHubs();
        app.UseRouting();
        app.UseNamedSpans();
        app.UseAuthentication();
        app.UseClosedPaths();
        app.UseBanGuard();
        app.UseAntiforgeryForCookies();
        app.UseAuthorization();
        return app;
    }

    /// <summary>The endpoints: captcha, session, preferences, TURN, health.</summary>
    public static void MapEdge(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapCaptcha();
        endpoints.MapSession();
        endpoints.MapPreferences();
        endpoints.MapMyData();
        endpoints.MapTurn();
        endpoints.MapHealth();
    }
}
