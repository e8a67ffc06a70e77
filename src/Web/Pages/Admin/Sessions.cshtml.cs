using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Domain.Accounts;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Where whoever looks is signed in, and their password.</summary>
[Authorize(Policy = StaffIdentity.Reads)]
public sealed class SessionsModel(
    StaffSessions sessions, StaffChanges changes, StaffPasswords passwords, StaffPasskeys passkeys, StaffAccounts accounts, SignInLimits limits) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public bool Done { get; set; }

    /// <summary>The password was changed a moment ago.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Changed { get; set; }

    /// <summary>The password of now.</summary>
    [BindProperty]
    public string? Current { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty]
    public string? Code { get; set; }

    /// <summary>Whether a code or a passkey has to be shown as well.</summary>
    public bool HasSecondFactor { get; private set; }

    /// <summary>Why the password is not changed; or null.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>What is wrong with the new password, or null.</summary>
    public string? PasswordError => Refusal?.Errors?.GetValueOrDefault("password") is { } sentences ? string.Join(' ', sentences) : null;

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

    /// <summary>To the script of the page.</summary>
    public async Task<IActionResult> OnPostPasskeyOptionsAsync() => PasskeyAnswers.Options(await passkeys.BeginSigningIn(HttpContext));

    /// <summary>As often as a sign-in is tried: whoever holds an open session must not find out the password by it.</summary>
    /// <param name="credential">What a passkey has signed, where one is shown in place of a code.</param>
    public async Task<IActionResult> OnPostPasswordAsync(string? credential, CancellationToken ct)
    {
        if (await limits.Take(HttpContext.StaffName(), HttpContext.AddressKey(), ct) is { } limited)
        {
            return await Refused(limited);
        }

        if (Current is not { Length: > 0 and <= StaffSignIn.LongestPassword } current || Code?.Length > StaffSignIn.LongestCode)
        {
            return await Refused(AccountRefusals.BadCredentials);
        }

        switch (await passwords.Change(
            HttpContext.StaffId(), HttpContext.StaffName(), current, SecondProof.Of(Code, credential, HttpContext), Password ?? string.Empty, BrowserWords.Of(Request), ct))
        {
            case Outcome<string>.Done { Value: var token }:
                StaffCookie.Write(HttpContext, token);
                return Redirect($"{StaffCookie.Path}/sessions?changed=true");
            case Outcome<string>.Refused { Refusal: var refusal }:
                return await Refused(refusal);
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }

    private async Task<IActionResult> Refused(Refusal refusal)
    {
        Refusal = refusal;
        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        await Load();
        return Page();
    }

    private async Task Load()
    {
        HasSecondFactor = await accounts.HasSecondFactor(HttpContext.StaffId());
        Own = new(
            "yours", await sessions.Of(HttpContext.StaffId()), HttpContext.StaffSessionId(), $"{StaffCookie.Path}/sessions", HttpContext.StaffId());
    }
}
