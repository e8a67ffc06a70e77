using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Limits;
using RandomChat.Domain.Accounts;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Joins the staff by a link. Whether a link was used, withdrawn, is over or never was looks the same.</summary>
[AllowAnonymous]
public sealed class InvitationModel(StaffInvitations invitations, ILimits limits) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Token { get; set; }

    [BindProperty]
    public string? Username { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    /// <summary>What the link gives; null where it is not good.</summary>
    public StaffRole? Role { get; private set; }

    public Refusal? Refusal { get; private set; }

    /// <summary>What is wrong with a field, or null.</summary>
    public string? ErrorOf(string field) => Refusal?.Errors?.GetValueOrDefault(field) is { } sentences ? string.Join(' ', sentences) : null;

    public async Task OnGetAsync() => await Show();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var limit = await limits.Take(LimitNames.SignIns, HttpContext.AddressKey(), ct);
        if (!limit.Allowed)
        {
            Refusal = Refusal.RateLimited(limit.RetryAfter);
        }
        else if (string.IsNullOrWhiteSpace(Username) || Username.Length > StaffSignIn.LongestName)
        {
            Refusal = Refusal.Invalid("username", $"A name has 1 to {StaffSignIn.LongestName} characters.");
        }
        else if (string.IsNullOrEmpty(Password) || Password.Length > StaffSignIn.LongestPassword)
        {
            Refusal = Refusal.Invalid("password", $"A password has 12 to {StaffSignIn.LongestPassword} characters.");
        }
        else
        {
            switch (await invitations.Accept(Token, Username.Trim(), Password, BrowserWords.Of(Request), ct))
            {
                case Outcome<SignedIn>.Done { Value: var signedIn }:
                    StaffCookie.Write(HttpContext, signedIn.Token);
                    return Redirect(StaffCookie.Path);
                case Outcome<SignedIn>.Refused { Refusal: var refusal }:
                    Refusal = refusal;
                    break;
            }
        }

        await Show();
        Response.StatusCode = Role is null ? StatusCodes.Status404NotFound : Problems.Problem.StatusOf(Refusal!.Code);
        return Page();
    }

    private async Task Show()
    {
        Role = await invitations.Find(Token);
        if (Role is null)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
