using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Application.Visitors;
using RandomChat.Web.Accounts;
using RandomChat.Web.Identity;

namespace RandomChat.Web.Pages;

/// <summary>The account of this browser's visitor: made here, seen here, changed here.</summary>
public sealed class AccountModel(
    VisitorAccounts accounts, Registration registration, SignInLimits limits, IdentityCookies cookies, VisitorTokens tokens, VisitorProfiles profiles, BanGate bans)
    : PageModel
{
    [BindProperty]
    public string? Username { get; set; }

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public string? Current { get; set; }

    public bool HasSession => HttpContext.Visitor() is not null;

    /// <summary>The account; null where there is none.</summary>
    public HolderView? Holder { get; private set; }

    public bool IsVerified { get; private set; }

    /// <summary>Recovery codes, shown this once; else null.</summary>
    public IReadOnlyList<string>? Recovery { get; private set; }

    /// <summary>The codes are those of an account that was made just now.</summary>
    public bool IsNew { get; private set; }

    /// <summary>What was done just now, in a sentence; or null.</summary>
    public string? Done { get; private set; }

    public int ShortestPassword => PasswordRules.Shortest;

    public int LongestPassword => PasswordRules.Longest;

    private readonly Dictionary<string, string> problems = [];

    /// <param name="field">Of the form; empty: of the whole form that makes an account.</param>
    public string? Problem(string field) => problems.GetValueOrDefault(field);

    /// <summary>A banned visitor keeps the account but makes none and changes nothing: only their data is open to them.</summary>
    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        Response.Headers.CacheControl = "no-store";
        if (HttpContext.Visitor() is { } me && await bans.Find(me.VisitorId, me.DeviceId, HttpContext.RequestAborted) is not null)
        {
            context.Result = Redirect("/banned");
            return;
        }

        await next();
    }

    public Task OnGetAsync(CancellationToken ct) => Load(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (HttpContext.Visitor() is not { } me)
        {
            return RedirectToPage();
        }

        var form = new RegistrationForm(Username?.Trim() ?? string.Empty, Password ?? string.Empty, RegistrationForm.Clean(Email));
        foreach (var (field, problem) in form.Problems())
        {
            problems[field] = problem;
        }

        if (problems.Count > 0)
        {
            return await Again("invalid", ct);
        }

        switch (await registration.Try(HttpContext, me, form, ct))
        {
            case Outcome<Registered>.Refused { Refusal: var refusal }:
                return await Refused(refusal, ct);
            case Outcome<Registered>.Done { Value.Recovery: var recovery }:
                (Recovery, IsNew) = (recovery, true);
                return Page();
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }

    public Task<IActionResult> OnPostPasswordAsync(CancellationToken ct) => AsHolder("current", async (me, current) =>
    {
        switch (await accounts.ChangePassword(me.VisitorId, current, Password ?? string.Empty))
        {
            case Outcome<Guid>.Refused { Refusal: var refusal }:
                return await Refused(refusal, ct, "current");
            default:
                // The same session goes on in this browser: nobody has signed in.
                var (text, token) = tokens.Issue(me.VisitorId, me.DeviceId, Terms.Version);
                cookies.WriteSession(HttpContext, text, token.ExpiresAt);
                Done = "Your password is changed. What was signed in elsewhere is signed out.";
                await Load(ct);
                return Page();
        }
    }, ct);

    public Task<IActionResult> OnPostCodesAsync(CancellationToken ct) => AsHolder("codes", async (me, current) =>
    {
        switch (await accounts.RenewCodes(me.VisitorId, current))
        {
            case Outcome<Codes>.Refused { Refusal: var refusal }:
                return await Refused(refusal, ct, "codes");
            case Outcome<Codes>.Done { Value.Recovery: var recovery }:
                Recovery = recovery;
                return Page();
            default:
                throw new InvalidOperationException("No such answer.");
        }
    }, ct);

    public async Task<IActionResult> OnPostSignOutAsync()
    {
        if (HttpContext.Visitor() is { } me)
        {
            await accounts.SignOut(me.VisitorId);
            IdentityCookies.ForgetSession(HttpContext);
        }

        return Redirect("/");
    }

    /// <summary>What needs the password again; tried as often as a sign-in.</summary>
    private async Task<IActionResult> AsHolder(string field, Func<VisitorIdentity, string, Task<IActionResult>> act, CancellationToken ct)
    {
        if (HttpContext.Visitor() is not { } me || await accounts.Find(me.VisitorId, ct) is not { } holder)
        {
            return RedirectToPage();
        }

        return await limits.Take(holder.UserName, HttpContext.AddressKey(), ct) is { } limited
            ? await Refused(limited, ct, field)
            : await act(me, PasswordRules.Typed(Current));
    }

    private Task<IActionResult> Refused(Refusal refusal, CancellationToken ct, string whole = "")
    {
        foreach (var (field, sentences) in refusal.Errors ?? new Dictionary<string, string[]>())
        {
            problems[field] = string.Join(' ', sentences);
        }

        if (refusal.Errors is null)
        {
            problems[whole] = refusal.Code == "bad-credentials" ? "That is not your password." : PageWords.For(refusal);
        }

        return Again(refusal.Code, ct);
    }

    private async Task<IActionResult> Again(string code, CancellationToken ct)
    {
        Response.StatusCode = Problems.Problem.StatusOf(code);
        await Load(ct);
        return Page();
    }

    private async Task Load(CancellationToken ct)
    {
        if (HttpContext.Visitor() is { } me)
        {
            Holder = await accounts.Find(me.VisitorId, ct);
            IsVerified = Holder is not null && (await profiles.Find(me.VisitorId, ct)).IsVerified;
        }
    }
}
