using Microsoft.AspNetCore.Http.Features;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Input;

/// <summary>How large a request's body may be.</summary>
public static class BodySize
{
    /// <summary>
    /// The web server reads and forgets up to this many bytes of a body that was refused. Closing the connection at once
    /// would break it under who is still sending, and the refusal would never be read.
    /// </summary>
    public const int Drained = 8 * JsonBody.MaximumBytes;

    /// <summary>Refuses what says that it is too large; what does not say so is cut off where it becomes so.</summary>
    public static IApplicationBuilder UseBodySize(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.Request.ContentLength > JsonBody.MaximumBytes)
        {
            return Problem.OfStatus(StatusCodes.Status413PayloadTooLarge).ExecuteAsync(context);
        }

        if (context.Request.ContentLength is null && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = JsonBody.MaximumBytes;
        }

        return next(context);
    });
}
