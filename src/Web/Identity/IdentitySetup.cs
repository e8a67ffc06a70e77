using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using RandomChat.Application.Visitors;

namespace RandomChat.Web.Identity;

public static class IdentitySetup
{
    /// <summary>Tokens, cookies and the scheme that reads them; the keys lie in <paramref name="keysDirectory"/>.</summary>
    public static IServiceCollection AddVisitorIdentity(this IServiceCollection services, string keysDirectory)
    {
        services.AddDataProtection()
            .SetApplicationName("RandomChat")
            .PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(keysDirectory, "data-protection")));
        services.AddSingleton<VisitorTokens>();
        services.AddSingleton<IdentityCookies>();
        services.AddSingleton<AgeRefusals>();
        services.AddSingleton<Gate>();
        services.AddSingleton<VisitorProfiles>();
        services.AddSingleton<IDisplayNames>(provider => provider.GetRequiredService<VisitorProfiles>());
        services.AddAuthentication(VisitorIdentity.Scheme)
            .AddScheme<AuthenticationSchemeOptions, VisitorAuthentication>(VisitorIdentity.Scheme, null);
        services.AddAuthorization();
        return services;
    }
}
