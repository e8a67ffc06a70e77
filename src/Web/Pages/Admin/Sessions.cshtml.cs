using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Domain.Accounts;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Where whoever looks is signed in.</summary>
[Authorize(Policy = StaffIdentity.Reads)]
public sealed class SessionsModel(StaffSessions sessions, StaffChanges changes) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public bool Done { get; set; }

    public SessionsView Own { get; private set; } = null!;

    public Task OnGetAsync() => Load();

    /// <param name="sessionId">Which one; else all of them, this one too.</param>
    public async Task<IActionResult> OnPostAsync(string? change, Guid? sessionId, CancellationToken ct)
    {
        if (change is not ("end" or "end-all") || (change == "end" && sessionId is null))
        {
            return NotFound();
        }

        var own = HttpContext.StaffId();
        var outcome = await changes.Change(own, (_, at) => new StaffCommand.RevokeSession(change == "end" ? sessionId : null, own, at), ct);
        if (outcome is Outcome<Nothing>.Refused { Refusal: var refusal })
        {
            return StatusCode(Problems.Problem.StatusOf(refusal.Code));
        }

        return Redirect($"{StaffCookie.Path}/sessions?done=true");
    }

    private async Task Load() => Own = new(
        "yours", await sessions.Of(HttpContext.StaffId()), HttpContext.StaffSessionId(), $"{StaffCookie.Path}/sessions", HttpContext.StaffId());
}
