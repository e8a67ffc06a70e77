using System.Collections.Concurrent;
using System.Net;
using RandomChat.Web.Limits;

namespace RandomChat.Web.Identity;

/// <summary>
/// Remembers who was refused at the gate for their age, so that another year does not help: in a cookie, and for
/// requests without any cookie of ours for a quarter of an hour by address and user agent. Local addresses are not
/// remembered: they are proxies and test benches.
/// </summary>
public sealed class AgeRefusals(IdentityCookies cookies, AddressKeys addresses, TimeProvider clock)
{
    private const int MaximumHeld = 50_000;
    /// <summary>How long an address with its browser type is remembered.</summary>
    public static readonly TimeSpan HeldFor = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, DateTimeOffset> held = new();

    public bool Remembers(HttpContext context) =>
        cookies.RemembersAgeRefusal(context)
        || (cookies.ReadDevice(context) is null
            && cookies.ReadSession(context) is null
            && KeysOf(context).Any(key => held.TryGetValue(key, out var until) && until > clock.GetUtcNow()));

    public void Remember(HttpContext context)
    {
        cookies.WriteAgeRefusal(context);
        if (KeysOf(context).FirstOrDefault() is not { } key)
        {
            return;
        }

        var now = clock.GetUtcNow();
        if (held.Count >= MaximumHeld)
        {
            foreach (var (old, until) in held)
            {
                if (until <= now)
                {
                    held.TryRemove(old, out _);
                }
            }

            if (held.Count >= MaximumHeld)
            {
                held.Clear();
            }
        }

        held[key] = now + HeldFor;
    }

    /// <summary>The newest first.</summary>
    private IEnumerable<string> KeysOf(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IsPublic(address)
            ? addresses.KeysOf(address, context.Request.Headers.UserAgent.ToString())
            : [];

    /// <summary>Whether the address is one on the open internet, neither loopback nor private, link-local or a carrier's inner one.</summary>
    internal static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return !IPAddress.IsLoopback(address)
            && !address.IsIPv6LinkLocal && !address.IsIPv6UniqueLocal && !address.IsIPv6SiteLocal
            && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)
            && !PrivateNetworks.Any(network => network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address));
    }

    private static readonly IPNetwork[] PrivateNetworks =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("100.64.0.0/10"),
    ];
}
