using RandomChat.Web.Problems;

namespace RandomChat.Web.Security;

public static class SecurityHeaders
{
    private const string BeforeConnect =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        + "worker-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        + "connect-src 'self'";

    /// <summary>
    /// Headers on every response. Nothing dynamic is stored by caches: what programs get and every page may hold
    /// personal data; static assets say themselves how long they live.
    /// </summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy(context.Request);
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            if (headers.CacheControl.Count == 0
                && (ProblemMiddleware.IsApi(context.Request.Path)
                    || context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true
                    || headers.SetCookie.Count > 0))
            {
                headers.CacheControl = "no-store";
            }

            return Task.CompletedTask;
        });
        return next(context);
    });

    // Older Safari does not count our own WebSocket as 'self'.
    private static string Policy(HttpRequest request) =>
        request.Host.HasValue && IsPlainHost(request.Host.Value)
            ? $"{BeforeConnect} {(request.IsHttps ? "wss" : "ws")}://{request.Host.Value}"
            : BeforeConnect;

    // The host comes from the client: nothing but a name or address and a port may reach the header.
    private static bool IsPlainHost(string host) => host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or ':' or '[' or ']');
}
