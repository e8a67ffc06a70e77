using Mediator;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Web.Identity;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Pages;

/// <summary>
/// What was decided about somebody, why, and how to appeal: <c>/appeal?token=…</c> for whoever has the link,
/// <c>/banned</c> for the browser that is kept out. Needs no session.
/// </summary>
public sealed class AppealModel(ISender sender, BanGate bans, IAppealLinks links, IdentityCookies cookies, AddressBans addresses) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Token { get; set; }

    [BindProperty]
    public string? Statement { get; set; }

    /// <summary>Null where no decision is known here.</summary>
    public SeenSanction? Sanction { get; private set; }

    /// <summary>Where only the address is paused: until when.</summary>
    public DateTimeOffset? AddressUntil { get; private set; }

    /// <summary>Why the appeal was not taken, or null.</summary>
    public Refusal? Refusal { get; private set; }

    public string? ErrorOf(string field) => Refusal?.Errors?.GetValueOrDefault(field)?.FirstOrDefault();

    /// <summary>What stands above the form: a refusal that no field of it can mend.</summary>
    public string? Problem => Refusal is { Errors: null } refusal ? PageWords.For(refusal) : null;

    public string Headline => Sanction switch
    {
        { IsBan: false } => "You were warned.",
        { IsTakenBack: true } => "This decision was taken back.",
        { Lasts: false } => "This pause is over.",
        { Until: { } until } => $"You can come back on {PageWords.Moment(until)}.",
        _ => "You cannot come back.",
    };

    public async Task<IActionResult> OnGetAsync(CancellationToken ct)
    {
        Response.Headers.CacheControl = "no-store";
        if (Token is null)
        {
            await FindOwn(ct);
        }

        await Load(ct);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        Response.Headers.CacheControl = "no-store";
        if (await sender.Send(new FileAppeal(Token ?? string.Empty, Statement ?? string.Empty, HttpContext.AddressKey()), ct)
            is Outcome<FiledAppeal>.Refused { Refusal: var refused })
        {
            Refusal = refused;
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await Load(ct);
            return Page();
        }

        // Seen by its address from now on, so that a reload sends nothing again.
        return Redirect($"/appeal?token={Uri.EscapeDataString(Token ?? string.Empty)}");
    }

    private async Task FindOwn(CancellationToken ct)
    {
        var session = cookies.ReadSession(HttpContext);
        if (await bans.Find(session?.VisitorId, cookies.ReadDevice(HttpContext) ?? session?.DeviceId, ct) is { } ban)
        {
            Token = links.UrlFor(ban.VisitorId, ban.Sanction.Id).Split('=')[1];
        }
        else if (addresses.For(HttpContext) is { IsSevere: true, Until: var until })
        {
            AddressUntil = until;
        }
    }

    private async Task Load(CancellationToken ct)
    {
        if (Token is { } token && await sender.Send(new SeeSanction(token), ct) is Outcome<SeenSanction>.Done { Value: var seen })
        {
            Sanction = seen;
        }
        else if (AddressUntil is null)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
