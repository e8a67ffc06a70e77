using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace RandomChat.Infrastructure.Secrets;

public static class TokenKeySetup
{
    /// <summary>How long a key makes tokens before the framework makes another one by itself.</summary>
    public static readonly TimeSpan KeyLife = TimeSpan.FromDays(90);

    /// <summary>The framework's protection of tokens and cookies, with keys in the registered <see cref="ISecretStore"/>. The same for servers and command line.</summary>
    public static IServiceCollection AddTokenKeys(this IServiceCollection services)
    {
        services.AddSingleton<TokenKeyRing>();
        services.AddSingleton<IKeyManager>(provider => provider.GetRequiredService<TokenKeyRing>());
        services.AddDataProtection().SetApplicationName("RandomChat");
        services.AddOptions<KeyManagementOptions>().Configure<ISecretStore>((options, secrets) =>
        {
            options.XmlRepository = new TokenKeyRepository(secrets);
            options.NewKeyLifetime = KeyLife;
        });
        return services;
    }
}
