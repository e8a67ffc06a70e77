namespace RandomChat.Web.Problems;

/// <summary>What is there, but not for this method, is 405 and not 404.</summary>
public static class OtherMethods
{
    /// <summary>
    /// Answers GET where the API mapped so far has only other methods. Routing answers 405 by itself unless some other
    /// endpoint could have taken the request, and run from the sources a catch-all for static files could.
    /// </summary>
    public static void MapOtherMethods(this IEndpointRouteBuilder endpoints)
    {
        var withoutGet = endpoints.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => ProblemMiddleware.IsApi("/" + endpoint.RoutePattern.RawText?.TrimStart('/')))
            .GroupBy(endpoint => endpoint.RoutePattern.RawText!, StringComparer.OrdinalIgnoreCase)
            .Select(path => (Pattern: path.Key, Methods: path.SelectMany(MethodsOf).ToArray()))
            .Where(path => path.Methods.Length > 0 && !path.Methods.Contains(HttpMethods.Get))
            .ToArray();
        foreach (var (pattern, methods) in withoutGet)
        {
            var allowed = string.Join(", ", methods);
            endpoints.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], (HttpContext context) =>
            {
                context.Response.Headers.Allow = allowed;
                return Problem.OfStatus(StatusCodes.Status405MethodNotAllowed);
            }).ExcludeFromDescription();
        }
    }

    private static IReadOnlyList<string> MethodsOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
}
