using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using RandomChat.Application;
using RandomChat.Application.Events;

namespace RandomChat.Web.Problems;

/// <summary>
/// Turns exceptions and bare error statuses into answers: problem details for programs, the page <c>/error/{status}</c>
/// for people.
/// </summary>
internal sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be answered.
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            var problem = Explain(context, e);
            context.Response.Clear();
            await Answer(context, problem);
            return;
        }

        var response = context.Response;
        if (response is { HasStarted: false, StatusCode: >= 400, ContentLength: null } && string.IsNullOrEmpty(response.ContentType)
            && !HttpMethods.IsHead(context.Request.Method))
        {
            await Answer(context, Problem.OfStatus(response.StatusCode));
        }
    }

    private Problem Explain(HttpContext context, Exception e)
    {
        switch (e)
        {
            case DependencyUnavailableException down:
                LogMessages.DependencyDown(log, down.Dependency, e);
                return Problem.From(Refusal.Unavailable(down.Dependency));
            case AppendOutcomeUnknownException:
                LogMessages.DependencyDown(log, "event-log", e);
                return Problem.From(Refusal.Unavailable("event-log"));
            case BadHttpRequestException bad:
                return Problem.OfStatus(bad.StatusCode);
            default:
                // The path alone: a query string may hold a token.
                LogMessages.RequestFailed(log, context.Request.Method, context.Request.Path, Problem.TraceOf(context), e);
                return Problem.OfStatus(StatusCodes.Status500InternalServerError);
        }
    }

    private async Task Answer(HttpContext context, Problem problem)
    {
        if (!IsForPeople(context.Request))
        {
            await problem.ExecuteAsync(context);
            return;
        }

        var request = context.Request;
        var (path, query, method) = (request.Path, request.QueryString, request.Method);
        context.Features.Set<IStatusCodeReExecuteFeature>(new StatusCodeReExecuteFeature
        {
            OriginalPath = path,
            OriginalPathBase = request.PathBase,
            OriginalQueryString = query.Value,
        });
        context.SetEndpoint(null);
        context.Features.Get<IRouteValuesFeature>()?.RouteValues.Clear();
        (request.Path, request.QueryString, request.Method) = ($"/error/{problem.Status}", default, HttpMethods.Get);
        context.Response.StatusCode = problem.Status;
        try
        {
            await next(context);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            LogMessages.RequestFailed(log, HttpMethods.Get, request.Path, Problem.TraceOf(context), e);
            context.Response.Clear();
        }
        finally
        {
            (request.Path, request.QueryString, request.Method) = (path, query, method);
        }

        if (!context.Response.HasStarted && string.IsNullOrEmpty(context.Response.ContentType))
        {
            await problem.ExecuteAsync(context);
        }
    }

    internal static bool IsForPeople(HttpRequest request) =>
        !IsApi(request.Path) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a path speaks to programs only.</summary>
    internal static bool IsApi(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/hubs", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/openapi", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);
}

public static class ProblemExtensions
{
    /// <summary>Explains every error below it; stands before routing.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.UseMiddleware<ProblemMiddleware>();

    /// <summary>The answer of a use case: what <paramref name="done"/> makes of its value, or the problem.</summary>
    public static IResult ToResult<T>(this Outcome<T> outcome, Func<T, IResult> done) => outcome switch
    {
        Outcome<T>.Done { Value: var value } => done(value),
        Outcome<T>.Refused { Refusal: var refusal } => Problem.From(refusal),
        _ => throw new InvalidOperationException("An outcome is done or refused."),
    };
}
