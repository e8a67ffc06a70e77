using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using RandomChat.Application;

namespace RandomChat.Web.Problems;

/// <summary>An error answer: RFC 9457 <c>application/problem+json</c> with a stable <c>code</c>.</summary>
public sealed class Problem(Refusal refusal) : IResult
{
    /// <summary>What only this problem says, e.g. <c>until</c> of a ban.</summary>
    public Dictionary<string, object?> Extensions { get; } = [];

    public int Status { get; } = StatusOf(refusal.Code);

    public static Problem From(Refusal refusal) => new(refusal);

    public static Problem Of(string code, string detail) => new(new Refusal(code, detail));

    /// <summary>The problem that a bare status code of the framework stands for.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        400 => Of("malformed", "The request cannot be read."),
        401 => Of("no-session", "There is no session. Start one first."),
        403 => Of("forbidden", "This is not allowed."),
        404 => Of("not-found", "There is nothing here."),
        405 => Of("method-not-allowed", "This address does not know that method."),
        413 => Of("too-large", "The request is too large."),
        415 => Of("unsupported-media-type", "Send application/json."),
        429 => Of("rate-limited", "That was quick. Try again in a moment."),
        503 => Of("unavailable", "This is unavailable right now."),
        >= 500 => Of("internal", "Something went wrong on our side."),
        _ => Of("malformed", "The request cannot be served as it is."),
    };

    public static int StatusOf(string code) => code switch
    {
        "malformed" or "captcha-required" or "captcha-invalid" => 400,
        "no-session" or "bad-credentials" => 401,
        "age-restricted" or "banned" or "two-factor-required" or "forbidden" => 403,
        "not-found" => 404,
        "method-not-allowed" => 405,
        "conflict" or "not-in-match" => 409,
        "too-large" => 413,
        "unsupported-media-type" => 415,
        "invalid" or "terms-required" => 422,
        "rate-limited" => 429,
        "unavailable" => 503,
        _ => 500,
    };

    /// <summary>What an operator finds the request by: in the log, in error reports, and, where it was sampled, among the traces.</summary>
    public static string TraceOf(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = new Dictionary<string, object?>
        {
            ["type"] = "about:blank",
            ["title"] = ReasonPhrases.GetReasonPhrase(Status),
            ["status"] = Status,
            ["detail"] = refusal.Message,
            ["code"] = refusal.Code,
            ["traceId"] = TraceOf(httpContext),
        };
        if (refusal.Errors is { } errors)
        {
            body["errors"] = errors;
        }

        if (refusal.Dependency is { } dependency)
        {
            body["dependency"] = dependency;
        }

        if (refusal.Ban is { } ban)
        {
            body["until"] = ban.Until;
            Add("reason", ban.Reason);
            Add("statement", ban.Statement);
            Add("appealUrl", ban.AppealUrl);
        }

        foreach (var (name, value) in Extensions)
        {
            body[name] = value;
        }

        response.StatusCode = Status;
        if (Status == StatusCodes.Status429TooManyRequests)
        {
            response.Headers.RetryAfter = (refusal.RetryAfterSeconds ?? 1).ToString(CultureInfo.InvariantCulture);
        }

        await response.WriteAsJsonAsync(body, JsonSerializerOptions.Web, "application/problem+json", httpContext.RequestAborted);

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                body[name] = value;
            }
        }
    }
}
