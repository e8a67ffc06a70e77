using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.Options;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Web.Security;

public static class SecuritySetup
{
    public static IServiceCollection AddSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<ProxyOptions>()
            .Configure(options => options.Known =
            [
                .. configuration.List("ForwardedHeaders:KnownProxies").Select(text => ProxyOptions.Parse(text)
                    ?? throw new OptionsValidationException(
                        "ForwardedHeaders", typeof(ProxyOptions),
                        [$"ForwardedHeaders:KnownProxies: '{text}' is neither an IP address nor a network such as 10.0.0.0/8."])),
            ])
            .ValidateOnStart();
        services.AddAntiforgery(options =>
        {
            options.HeaderName = CookieGuards.AntiforgeryHeader;
            options.Cookie.Name = "rc_antiforgery";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.Cookie.HttpOnly = true;

            // Our own policy says frame-ancestors.
            options.SuppressXFrameOptionsHeader = true;
        });

        // Pages only. The one secret in a page, the antiforgery token, is masked afresh in every response, and nothing
        // that a stranger sends is reflected beside it, so its length tells nothing.
        services.AddResponseCompression(options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = ["text/html"];
            options.Providers.Add<BrotliCompressionProvider>();
            options.Providers.Add<GzipCompressionProvider>();
        });
        return services;
    }
}
