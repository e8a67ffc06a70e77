namespace RandomChat.Web.Accounts;

/// <summary>
/// The cookie of the desk's pages. It ends with the browser, comes with no form of another site, and goes to no address but the
/// desk's, so that the REST interface is never called by it.
/// </summary>
internal static class StaffCookie
{
    public const string Name = "rc_staff";

    /// <summary>Where the desk is.</summary>
    public const string Path = "/admin";

    public static bool IsDesk(HttpRequest request) => request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase);

    public static void Write(HttpContext context, string token) => context.Response.Cookies.Append(Name, token, Options(context));

    public static void Forget(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context));

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        Path = Path,
        IsEssential = true,
    };
}
