using RandomChat.Web.Problems;

namespace RandomChat.Web.Security;

/// <summary>
/// Keeps other sites from starting a session, or opening the hub, in a visitor's browser: a browser always says where
/// such a request comes from.
/// </summary>
public static class OwnOrigin
{
    /// <summary>Whether the request comes from our own pages, or from no page at all.</summary>
    public static bool Accepts(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Origin", out var header))
        {
            return true;
        }

        if (!Uri.TryCreate(header.ToString(), UriKind.Absolute, out var origin) || (request.IsHttps && origin.Scheme != Uri.UriSchemeHttps))
        {
            return false;
        }

        // Where TLS ends at a proxy that is not known to us we see http; the host still has to be ours.
        return origin.Scheme is "http" or "https"
            && Uri.TryCreate($"{origin.Scheme}://{request.Host.Value}", UriKind.Absolute, out var own)
            && origin.Authority.Equals(own.Authority, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Refuses the hub's negotiation and its WebSocket to other sites. The session's endpoint asks by itself, later.</summary>
    public static IApplicationBuilder UseOwnOriginForHubs(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Request.Path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase) && !Accepts(context.Request)
            ? Problem.OfStatus(StatusCodes.Status403Forbidden).ExecuteAsync(context)
            : next(context));
}
