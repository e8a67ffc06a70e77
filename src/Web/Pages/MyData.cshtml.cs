using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using RandomChat.Application.Settings;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages;

/// <summary>What is kept on the visitor of this browser: to take along, or to have erased.</summary>
public sealed class MyDataModel(Erasure erasure, IOptions<RetentionOptions> retention) : PageModel
{
    public bool IsErased { get; private set; }

    /// <summary>The box was not ticked.</summary>
    public bool Unsure { get; private set; }

    public Guid? VisitorId => ChatPages.VisitorOf(HttpContext);

    public bool HasSession => VisitorId is not null;

    public string Kept => PageWords.Span(retention.Value.Messages);

    public string VisitorsKept => PageWords.Span(retention.Value.Visitors);

    public void OnGet() => Response.Headers.CacheControl = "no-store";

    public async Task<IActionResult> OnPostAsync(bool sure)
    {
        Response.Headers.CacheControl = "no-store";
        if (HttpContext.Visitor() is { } me && sure)
        {
            await erasure.Erase(HttpContext, me);
            IsErased = true;
        }
        else if (HasSession)
        {
            Unsure = true;
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        return Page();
    }
}
