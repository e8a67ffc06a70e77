using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages;

/// <summary>The passkeys of the account of this browser's visitor.</summary>
public sealed class AccountPasskeysModel(VisitorAccounts accounts, VisitorPasskeys passkeys, SignInLimits limits, BanGate bans) : PageModel
{
    private const string Path = "/account/passkeys";

    private VisitorIdentity me = null!;
    private string userName = string.Empty;

    public PasskeysView Shown { get; private set; } = null!;

    /// <summary>What was done just now, in a sentence; or null.</summary>
    public string? Done { get; private set; }

    /// <summary>Without an account there are none; a banned visitor changes nothing.</summary>
    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Response.Headers.CacheControl = "no-store";
        if (HttpContext.Visitor() is not { } visitor || await accounts.Find(visitor.VisitorId, HttpContext.RequestAborted) is not { } holder)
        {
            context.Result = Redirect("/account");
        }
        else if (await bans.Find(visitor.VisitorId, visitor.DeviceId, HttpContext.RequestAborted) is not null)
        {
            context.Result = Redirect("/banned");
        }
        else
        {
            (me, userName) = (visitor, holder.UserName);
            await next();
        }
    }

    public Task OnGetAsync() => Show(null);

    /// <summary>To the script of the page.</summary>
    public async Task<IActionResult> OnPostOptionsAsync(string? current, CancellationToken ct) =>
        await limits.Take(userName, HttpContext.AddressKey(), ct) is { } limited
            ? PasskeyAnswers.Refused(limited)
            : PasskeyAnswers.Options(await passkeys.BeginAdding(me.VisitorId, PasswordRules.Typed(current), HttpContext));

    public Task<IActionResult> OnPostAddAsync(string? credential, string? name) => After(
        PasskeyForm.Credential(credential) is { } made ? passkeys.Add(me.VisitorId, PasskeyForm.Name(name), made, HttpContext) : null,
        "The passkey is added: from now on it signs you in.");

    public Task<IActionResult> OnPostRemoveAsync(string? id) => After(
        passkeys.Remove(me.VisitorId, id ?? string.Empty), "The passkey is removed: it signs nobody in any more.");

    /// <param name="change">Null where there was nothing to do it with.</param>
    private async Task<IActionResult> After(Task<Outcome<Nothing>>? change, string done)
    {
        var refusal = change is null ? PasskeyRefusals.NotGood : (await change as Outcome<Nothing>.Refused)?.Refusal;
        Done = refusal is null ? done : null;
        Response.StatusCode = refusal is null ? StatusCodes.Status200OK : Problems.Problem.StatusOf(refusal.Code);
        await Show(refusal is null ? null : PasskeyAnswers.Words(refusal));
        return Page();
    }

    private async Task Show(string? problem) => Shown = new(Path, userName, await passkeys.Of(me.VisitorId) ?? [], problem);
}
