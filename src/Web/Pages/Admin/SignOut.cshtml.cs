using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Ends every session of whoever presses it.</summary>
[Authorize(Policy = StaffIdentity.Enrols)]
public sealed class SignOutModel(StaffAccounts accounts) : PageModel
{
    public IActionResult OnGet() => Redirect(StaffCookie.Path);

    public async Task<IActionResult> OnPostAsync()
    {
        await accounts.SignOut(HttpContext.StaffId());
        StaffCookie.Forget(HttpContext);
        return Redirect($"{StaffCookie.Path}/sign-in");
    }
}
