using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Domain.Accounts;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Who is on the staff, what they may do, where they are signed in, and who is invited.</summary>
[Authorize(Policy = StaffIdentity.Administers)]
public sealed class StaffModel(StaffAccounts accounts, StaffChanges changes, StaffInvitations invitations, StaffSessions sessions) : PageModel
{
    /// <summary>What a form of the page asks for, and what is said when it is done.</summary>
    private static readonly Dictionary<string, string> Words = new()
    {
        ["role"] = "The role is changed.",
        ["grant"] = "They may see severe cases now.",
        ["withdraw"] = "They may not see severe cases any more.",
        ["suspend"] = "Suspended. Every session of theirs has ended.",
        ["reinstate"] = "They may sign in again.",
        ["reset"] = "Their second factor is gone, and every session has ended. They set up another one at the next sign-in.",
        ["remove"] = "They are off the staff. Every session of theirs has ended.",
        ["end"] = "The session has ended.",
        ["end-all"] = "Every session of theirs has ended.",
        ["revoke"] = "The invitation is withdrawn.",
    };

    /// <summary>What was done a moment ago: a key of <see cref="Words"/>.</summary>
    [BindProperty(SupportsGet = true, Name = "done")]
    public string? Before { get; set; }

    [BindProperty]
    public Guid? StaffId { get; set; }

    [BindProperty]
    public Guid? SessionId { get; set; }

    [BindProperty]
    public StaffRole? Role { get; set; }

    /// <summary>Set where something cannot be taken back.</summary>
    [BindProperty]
    public bool Sure { get; set; }

    public string? Done => Before is not null ? Words.GetValueOrDefault(Before) : null;

    public string? Problem { get; private set; }

    /// <summary>The link that was made by this request; it is not shown again.</summary>
    public string? Link { get; private set; }

    public IReadOnlyList<Row> Members { get; private set; } = [];

    public IReadOnlyList<InvitationRow> Invitations { get; private set; } = [];

    public Task OnGetAsync() => Load();

    public async Task<IActionResult> OnPostInviteAsync(CancellationToken ct)
    {
        if (Role is not { } role || !Enum.IsDefined(role))
        {
            return await Refused(Refusal.Invalid("role", "Choose a role."));
        }

        switch (await invitations.Invite(role, HttpContext.StaffId(), ct))
        {
            case Outcome<string>.Done { Value: var token }:
                Link = $"{Request.Scheme}://{Request.Host}{StaffCookie.Path}/invitation?token={token}";
                await Load();
                return Page();
            case Outcome<string>.Refused { Refusal: var refusal }:
                return await Refused(refusal);
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }

    public async Task<IActionResult> OnPostRevokeAsync(CancellationToken ct) =>
        StaffId is { } staffId ? await After("revoke", await invitations.Revoke(staffId, HttpContext.StaffId(), ct)) : NotFound();

    /// <param name="change">A key of <see cref="Words"/>.</param>
    public async Task<IActionResult> OnPostChangeAsync(string? change, CancellationToken ct)
    {
        var by = HttpContext.StaffId();
        if (StaffId is not { } staffId || ((change == "role") && (Role is not { } wanted || !Enum.IsDefined(wanted))) || (change == "end" && SessionId is null))
        {
            return NotFound();
        }

        Func<StaffOthers, DateTimeOffset, StaffCommand.Change>? command = change switch
        {
            "role" => (others, at) => new StaffCommand.ChangeRole(Role!.Value, by, others, at),
            "grant" => (_, at) => new StaffCommand.GrantSevere(by, at),
            "withdraw" => (others, at) => new StaffCommand.RevokeSevere(by, others, at),
            "suspend" => (others, at) => new StaffCommand.Suspend(by, others, at),
            "reinstate" => (_, at) => new StaffCommand.Reinstate(by, at),
            "reset" => (_, at) => new StaffCommand.ResetSecondFactor(by, at),
            "remove" when Sure => (others, at) => new StaffCommand.Remove(by, others, at),
            "end" => (_, at) => new StaffCommand.RevokeSession(SessionId, by, at),
            "end-all" => (_, at) => new StaffCommand.RevokeSession(null, by, at),
            _ => null,
        };
        return command is not null ? await After(change!, await changes.Change(staffId, command, ct))
            : change == "remove" ? await Refused(Refusal.Invalid("sure", "It cannot be taken back: say that you mean it."))
            : NotFound();
    }

    private async Task<IActionResult> After(string change, Outcome<Nothing> outcome) => outcome is Outcome<Nothing>.Refused { Refusal: var refusal }
        ? await Refused(refusal)
        : Redirect($"{StaffCookie.Path}/staff?done={change}");

    private async Task<IActionResult> Refused(Refusal refusal)
    {
        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        Problem = PageWords.Alone(refusal);
        await Load();
        return Page();
    }

    private async Task Load()
    {
        var (own, current) = (HttpContext.StaffId(), HttpContext.StaffSessionId());
        var signedIn = (await sessions.Of(staffId: null)).ToLookup(session => session.UserId);
        Members =
        [
            .. (await accounts.All()).Select(member => new Row(
                member, member.StaffId == own,
                new(member.Name, [.. signedIn[member.StaffId]], current, $"{StaffCookie.Path}/staff?handler=Change", member.StaffId))),
        ];
        var names = new StaffNames(accounts);
        var open = new List<InvitationRow>();
        foreach (var invitation in await invitations.Open())
        {
            open.Add(new(invitation.Id, invitation.Role, await names.Of(invitation.InvitedBy), invitation.ExpiresAt));
        }

        Invitations = open;
    }

    /// <param name="IsOwn">Whoever looks.</param>
    public sealed record Row(ListedMember Member, bool IsOwn, SessionsView Sessions);

    /// <param name="By">Who invited.</param>
    public sealed record InvitationRow(Guid StaffId, StaffRole Role, string By, DateTimeOffset Until);
}
