using Microsoft.AspNetCore.Authentication;
using RandomChat.Application.Visitors;
using RandomChat.Infrastructure.Secrets;

namespace RandomChat.Web.Identity;

public static class IdentitySetup
{
    /// <summary>Tokens, cookies and the scheme that reads them. Every node reads what another one issued.</summary>
    public static IServiceCollection AddVisitorIdentity(this IServiceCollection services)
    {
        services.AddTokenKeys();
        services.AddSingleton<VisitorTokens>();
        services.AddSingleton<IdentityCookies>();
        services.AddSingleton<AgeRefusals>();
        services.AddSingleton<Gate>();
        services.AddSingleton<MyData>();
        services.AddSingleton<Erasure>();
        services.AddHostedService<ErasureWatch>();
        services.AddSingleton<EndedSessions>();
        services.AddHostedService<SessionWatch>();
        services.AddSingleton<VisitorProfiles>();
        services.AddSingleton<IPublicProfiles>(provider => provider.GetRequiredService<VisitorProfiles>());
        services.AddAuthentication(VisitorIdentity.Scheme)
            .AddScheme<AuthenticationSchemeOptions, VisitorAuthentication>(VisitorIdentity.Scheme, null);
        services.AddAuthorization();
        return services;
    }
}
