using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Web.Accounts;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>What waits, how much goes on, and how the staff keeps up.</summary>
[Authorize(Policy = StaffIdentity.Reads)]
public sealed class IndexModel(DeskNumbers numbers) : PageModel
{
    public Numbers Numbers { get; private set; } = null!;

    public async Task OnGetAsync(CancellationToken ct) => Numbers = await numbers.WithPrecision(ct);

    /// <summary>The numbers that change by the second, to be put in their place.</summary>
    public async Task<IActionResult> OnGetNumbersAsync(CancellationToken ct) => Partial("_Numbers", await numbers.Now(ct));
}
