using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using QRCoder;
using RandomChat.Application;
using RandomChat.Application.Limits;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Enrols a second factor. Until then nothing else of the desk opens.</summary>
[Authorize(Policy = StaffIdentity.Enrols)]
public sealed class SecondFactorModel(StaffAccounts accounts, StaffPasskeys passkeys, ILimits limits) : PageModel
{
    private const int PixelsEach = 4;

    [BindProperty]
    public string? Code { get; set; }

    /// <summary>The secret in groups of four, as it is typed.</summary>
    public string Key { get; private set; } = string.Empty;

    /// <summary>The same as a picture, in a <c>data:</c> address.</summary>
    public string Picture { get; private set; } = string.Empty;

    /// <summary>Once it is set; shown this one time.</summary>
    public IReadOnlyList<string>? RecoveryCodes { get; private set; }

    public string? Problem { get; private set; }

    public string? PasskeyProblem { get; private set; }

    public async Task<IActionResult> OnGetAsync() => await Show() ? Page() : Redirect(StaffCookie.Path);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var staffId = HttpContext.StaffId();
        var isAllowed = (await limits.Take(LimitNames.SecondFactors, staffId.ToString("D"), ct)).Allowed;
        if (isAllowed && Code is { Length: > 0 and <= StaffSignIn.LongestCode } code
            && await accounts.ConfirmSecondFactor(staffId, code) is { } codes && await GoOn(codes))
        {
            return Page();
        }

        Problem = isAllowed ? "That is not the code of this key. It changes every half a minute; is your clock right?" : "That was quick. Try again in some minutes.";
        Response.StatusCode = isAllowed ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status429TooManyRequests;
        return await Show() ? Page() : Redirect(StaffCookie.Path);
    }

    /// <summary>To the script of the page.</summary>
    public async Task<IActionResult> OnPostPasskeyOptionsAsync() =>
        PasskeyAnswers.Options(await passkeys.BeginAdding(HttpContext.StaffId(), password: null, HttpContext));

    public async Task<IActionResult> OnPostPasskeyAsync(string? credential)
    {
        var outcome = PasskeyForm.Credential(credential) is { } made
            ? await passkeys.Add(HttpContext.StaffId(), PasskeyForm.Name(null), made, HttpContext)
            : PasskeyRefusals.NotGood;
        if (outcome is Outcome<IReadOnlyList<string>>.Done { Value: { Count: > 0 } codes } && await GoOn(codes))
        {
            return Page();
        }

        if (outcome is Outcome<IReadOnlyList<string>>.Refused { Refusal: var refusal })
        {
            Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
            PasskeyProblem = PasskeyAnswers.Words(refusal);
        }

        return await Show() ? Page() : Redirect(StaffCookie.Path);
    }

    /// <summary>The session of before ended with the second factor.</summary>
    private async Task<bool> GoOn(IReadOnlyList<string> codes)
    {
        if (await accounts.Admit(HttpContext.StaffId(), BrowserWords.Of(Request)) is not { } signedIn)
        {
            return false;
        }

        StaffCookie.Write(HttpContext, signedIn.Token);
        RecoveryCodes = codes;
        return true;
    }

    private async Task<bool> Show()
    {
        if (await accounts.BeginSecondFactor(HttpContext.StaffId()) is not var (name, secret))
        {
            return false;
        }

        Key = string.Join(' ', secret.Chunk(4).Select(group => new string(group)));
        var address = $"otpauth://totp/RandomChat:{Uri.EscapeDataString(name)}?secret={secret}&issuer=RandomChat";
        using var generator = new QRCodeGenerator();
        using var picture = new SvgQRCode(generator.CreateQrCode(address, QRCodeGenerator.ECCLevel.M));
        Picture = $"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(picture.GetGraphic(PixelsEach)))}";
        return true;
    }
}
