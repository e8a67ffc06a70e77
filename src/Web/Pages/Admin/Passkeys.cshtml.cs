using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages.Admin;

/// <summary>The passkeys of whoever looks.</summary>
[Authorize(Policy = StaffIdentity.Reads)]
public sealed class PasskeysModel(StaffPasskeys passkeys, StaffAccounts accounts, SignInLimits limits) : PageModel
{
    private const string Path = $"{StaffCookie.Path}/passkeys";

    public PasskeysView Shown { get; private set; } = null!;

    /// <summary>What was done just now, in a sentence; or null.</summary>
    public string? Done { get; private set; }

    /// <summary>Recovery codes, shown this once.</summary>
    public IReadOnlyList<string> Recovery { get; private set; } = [];

    public Task OnGetAsync() => Show(null);

    /// <summary>To the script of the page.</summary>
    public async Task<IActionResult> OnPostOptionsAsync(string? current, CancellationToken ct) =>
        await limits.Take(HttpContext.StaffName(), HttpContext.AddressKey(), ct) is { } limited
            ? PasskeyAnswers.Refused(limited)
            : PasskeyAnswers.Options(await passkeys.BeginAdding(HttpContext.StaffId(), PasswordRules.Typed(current), HttpContext));

    public async Task<IActionResult> OnPostAddAsync(string? credential, string? name)
    {
        if (PasskeyForm.Credential(credential) is not { } made)
        {
            return await Refused(PasskeyRefusals.NotGood);
        }

        switch (await passkeys.Add(HttpContext.StaffId(), PasskeyForm.Name(name), made, HttpContext))
        {
            case Outcome<IReadOnlyList<string>>.Refused { Refusal: var refusal }:
                return await Refused(refusal);
            case Outcome<IReadOnlyList<string>>.Done { Value: var recovery }:
                if (recovery.Count > 0 && await accounts.Admit(HttpContext.StaffId(), BrowserWords.Of(Request)) is { } again)
                {
                    // The first one ended this session, too.
                    StaffCookie.Write(HttpContext, again.Token);
                }

                (Recovery, Done) = (recovery, "The passkey is added.");
                await Show(null);
                return Page();
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }

    public async Task<IActionResult> OnPostRemoveAsync(string? id)
    {
        if (await passkeys.Remove(HttpContext.StaffId(), id ?? string.Empty) is Outcome<Nothing>.Refused { Refusal: var refusal })
        {
            return await Refused(refusal);
        }

        Done = "The passkey is removed: it lets nobody in any more.";
        await Show(null);
        return Page();
    }

    private async Task<IActionResult> Refused(Refusal refusal)
    {
        Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
        await Show(PasskeyAnswers.Words(refusal));
        return Page();
    }

    private async Task Show(string? problem) => Shown = new(Path, HttpContext.StaffName(), await passkeys.Of(HttpContext.StaffId()), problem);
}
