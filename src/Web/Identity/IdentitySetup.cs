using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using RandomChat.Application.Visitors;
using RandomChat.Infrastructure.Postgres;

namespace RandomChat.Web.Identity;

public static class IdentitySetup
{
    /// <summary>
    /// Tokens, cookies and the scheme that reads them. Their keys lie in Postgres where that is used, so that every node
    /// reads what another one issued, else in <paramref name="keysDirectory"/>.
    /// </summary>
    public static IServiceCollection AddVisitorIdentity(this IServiceCollection services, string keysDirectory)
    {
        services.AddDataProtection().SetApplicationName("RandomChat");
        services.AddOptions<KeyManagementOptions>().Configure<IServiceProvider>((options, provider) =>
            options.XmlRepository = provider.GetService<PostgresSecrets>() is { } shared
                ? new SharedTokenKeys(shared)
                : new FileSystemXmlRepository(
                    new DirectoryInfo(Path.Combine(keysDirectory, "data-protection")), provider.GetRequiredService<ILoggerFactory>()));
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
