using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Application.Settings;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages;

/// <summary>What is kept on the visitor of this browser: to take along, or to have erased.</summary>
public sealed class MyDataModel(Erasure erasure, CommandExecutor executor, IAppealLinks links, IOptions<RetentionOptions> retention) : PageModel
{
    public bool IsErased { get; private set; }

    /// <summary>The box was not ticked.</summary>
    public bool Unsure { get; private set; }

    /// <summary>Warnings and bans, newest first: a warning is told once, and this is where it is found again.</summary>
    public IReadOnlyList<MyDecision> Decisions { get; private set; } = [];

    public Guid? VisitorId => ChatPages.VisitorOf(HttpContext);

    public bool HasSession => VisitorId is not null;

    public string Kept => PageWords.Span(retention.Value.Messages);

    public string VisitorsKept => PageWords.Span(retention.Value.Visitors);

    public Task OnGetAsync() => Load();

    public async Task<IActionResult> OnPostAsync(bool sure)
    {
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

        await Load();
        return Page();
    }

    private async Task Load()
    {
        Response.Headers.CacheControl = "no-store";
        if (IsErased || VisitorId is not { } me)
        {
            return;
        }

        try
        {
            var known = await executor.Load(Ban.Decider, me, HttpContext.RequestAborted);
            Decisions =
            [
                .. known.Sanctions.OrderByDescending(sanction => sanction.At).Select(sanction => new MyDecision(
                    Policies.Find(sanction.Policy)?.Title ?? sanction.Policy, sanction.IsBan, sanction.At, links.UrlFor(me, sanction.Id))),
            ];
        }
        catch (DependencyUnavailableException)
        {
            // Without the log the rest of the page is of use all the same.
        }
    }
}

/// <param name="Policy">Its title.</param>
/// <param name="IsBan">Else it was a warning.</param>
/// <param name="Url">Why, and the appeal.</param>
public sealed record MyDecision(string Policy, bool IsBan, DateTimeOffset At, string Url);
