using RandomChat.Web.Limits;

namespace RandomChat.Web.Identity;

public static class AddressKeyExtensions
{
    /// <summary>The caller's address as limits count it; see <see cref="AddressKeys"/>.</summary>
    public static string AddressKey(this HttpContext context) =>
        context.RequestServices.GetRequiredService<AddressKeys>().KeyOf(context.Connection.RemoteIpAddress);
}
