using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace RandomChat.Web.Pages;

/// <summary>What went wrong, in words. Reached by re-execution, so any method and any status may come here.</summary>
[IgnoreAntiforgeryToken]
public sealed class ErrorModel : PageModel
{
    public int Code { get; private set; } = StatusCodes.Status500InternalServerError;

    public string? TraceId { get; private set; }

    public (string Title, string Text) Words => Code switch
    {
        400 => ("That did not arrive in one piece", "The request could not be read. Go back and try again."),
        401 => ("Your session ended", "Start again; it takes a moment."),
        403 => ("This is not open to you", "You may not open this page with the session you have."),
        404 => ("Nothing is here", "The page you followed does not exist, or not any more."),
        405 => ("That is not possible here", "This page cannot do what was asked of it."),
        413 => ("That was too large", "What you sent is larger than we take. Nothing of it was kept."),
        429 => ("That was quick", "Wait a moment, then try again."),
        503 => ("We cannot answer just now", "A part of RandomChat does not respond. Nothing was recorded. Try again in a minute."),
        >= 400 and < 500 => ("That did not work", "The request was refused. Go back and try again."),
        _ => ("Something broke on our side", "It was not you. Nothing more is needed from you; try again in a minute."),
    };

    public void OnGet() => Describe();

    public void OnPost() => Describe();

    public void OnPut() => Describe();

    public void OnDelete() => Describe();

    private void Describe()
    {
        // Not bound as other pages bind: binding also reads the form, which may be what is broken.
        if (RouteData.Values["code"] is string text)
        {
            Code = int.TryParse(text, CultureInfo.InvariantCulture, out var code) && code is >= 400 and <= 599 ? code : StatusCodes.Status404NotFound;
        }

        Response.StatusCode = Code;
        Response.Headers.CacheControl = "no-store";
        TraceId = Code == StatusCodes.Status500InternalServerError
            ? Activity.Current?.TraceId.ToString() ?? HttpContext.TraceIdentifier
            : null;
    }
}
