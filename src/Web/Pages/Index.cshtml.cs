using Htmx;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using RandomChat.Application;
using RandomChat.Application.Settings;

namespace RandomChat.Web.Pages;

/// <summary>The landing: what RandomChat is, and the gate.</summary>
public sealed class IndexModel(ChatPages chat, TimeProvider time, IOptions<RetentionOptions> retention) : PageModel
{
    [BindProperty]
    public string? Mode { get; set; }

    [BindProperty]
    public string? BirthYear { get; set; }

    [BindProperty]
    public string? Language { get; set; }

    [BindProperty]
    public string? Interests { get; set; }

    [BindProperty]
    public string? DisplayName { get; set; }

    [BindProperty]
    public bool AcceptTerms { get; set; }

    [BindProperty]
    public string? Captcha { get; set; }

    /// <summary>Why the gate stayed shut, or null.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>The visitor is in a chat already, perhaps in another tab.</summary>
    public bool InChat { get; private set; }

    public int Year => time.GetUtcNow().Year;

    public string Kept => PageWords.Span(retention.Value.Messages);

    /// <summary>The first sentence about a field, or null where the field is fine.</summary>
    public string? ErrorOf(string field) => field == "acceptTerms" && Refusal?.Code == "terms-required"
        ? PageWords.For(Refusal)
        : Refusal?.Errors?.GetValueOrDefault(field)?.FirstOrDefault();

    /// <summary>What stands above the whole form: a refusal that no field of it can mend.</summary>
    public string? Problem => Refusal is null || Fields.Any(name => ErrorOf(name) is not null) ? null : PageWords.For(Refusal);

    /// <summary>In the order of the page, so that the first wrong one gets the focus.</summary>
    public static IReadOnlyList<string> Fields { get; } = ["mode", "displayName", "birthYear", "language", "interests", "acceptTerms"];

    public string? FirstWrong => Fields.FirstOrDefault(name => ErrorOf(name) is not null);

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        if (ChatPages.VisitorOf(HttpContext) is { } visitor)
        {
            var room = await chat.Room(visitor, ct);
            InChat = room is RoomView.Live;
            Prefill(room);
        }

        return Answer();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var form = new GateForm(Mode, BirthYear, Language, Interests, DisplayName, AcceptTerms, Captcha);
        if (await chat.Enter(HttpContext, form, ct) is GateResult.Refused refused)
        {
            if (refused.Refusal is { Code: "banned", Ban.AppealUrl: not null })
            {
                return ToBanned();
            }

            Refusal = refused.Refusal;
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Answer();
        }

        if (!Request.IsHtmx())
        {
            return RedirectToPage("/Chat", new { start = true });
        }

        Response.Htmx(htmx => htmx.Redirect("/chat?start=true"));
        return new NoContentResult();
    }

    /// <summary>A browser that is kept out is shown why.</summary>
    private IActionResult ToBanned()
    {
        if (!Request.IsHtmx())
        {
            return Redirect("/banned");
        }

        Response.Htmx(htmx => htmx.Redirect("/banned"));
        return new NoContentResult();
    }

    private IActionResult Answer()
    {
        Response.Headers.Vary = "HX-Request";
        Response.Headers.CacheControl = "no-store";
        return Request.IsHtmx() ? Partial("_Gate", this) : Page();
    }

    private void Prefill(RoomView room)
    {
        var request = room switch
        {
            RoomView.None none => none.Request,
            RoomView.Waiting waiting => waiting.Request,
            RoomView.Ended ended => ended.Request,
            _ => null,
        };
        Mode = request?.Mode;
        Language = request?.Language;
        Interests = request is null ? null : string.Join(", ", request.Interests);
    }
}
