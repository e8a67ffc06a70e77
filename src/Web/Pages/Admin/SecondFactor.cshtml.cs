using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using QRCoder;
using RandomChat.Application.Limits;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Enrols a second factor. Until then nothing else of the desk opens.</summary>
[Authorize(Policy = StaffIdentity.Enrols)]
public sealed class SecondFactorModel(StaffAccounts accounts, ILimits limits) : PageModel
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

    public async Task<IActionResult> OnGetAsync() => await Show() ? Page() : Redirect(StaffCookie.Path);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        var staffId = HttpContext.StaffId();
        var isAllowed = (await limits.Take(LimitNames.SecondFactors, staffId.ToString("D"), ct)).Allowed;
        if (isAllowed && Code is { Length: > 0 and <= StaffSignIn.LongestCode } code
            && await accounts.ConfirmSecondFactor(staffId, code) is { } codes && await accounts.Admit(staffId, BrowserWords.Of(Request)) is { } signedIn)
        {
            StaffCookie.Write(HttpContext, signedIn.Token);
            RecoveryCodes = codes;
            return Page();
        }

        Problem = isAllowed ? "That is not the code of this key. It changes every half a minute; is your clock right?" : "That was quick. Try again in some minutes.";
        Response.StatusCode = isAllowed ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status429TooManyRequests;
        return await Show() ? Page() : Redirect(StaffCookie.Path);
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
