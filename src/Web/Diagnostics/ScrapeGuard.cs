using System.Net;
using IPNetwork = System.Net.IPNetwork;

namespace RandomChat.Web.Diagnostics;

/// <summary>Setting <c>Metrics:Networks</c>: who may read <c>/metrics</c>.</summary>
public sealed class MetricsOptions
{
    public IReadOnlyList<IPNetwork> Networks { get; set; } = [];
}

/// <summary>
/// <c>/metrics</c> is for the networks of the setting and for nobody who comes through a proxy: to everybody else there is
/// nothing at that address.
/// </summary>
public static class ScrapeGuard
{
    public const string Path = "/metrics";

    /// <summary>What proxies add; none of them is ever sent by Prometheus itself.</summary>
    private static readonly string[] OfProxies = ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via"];

    /// <summary>To be asked before a proxy's headers have been believed.</summary>
    public static bool Lets(HttpContext context, MetricsOptions options) =>
        context.Request.Path.Equals(Path, StringComparison.OrdinalIgnoreCase)
        && HttpMethods.IsGet(context.Request.Method)
        && !OfProxies.Any(context.Request.Headers.ContainsKey)
        && context.Connection.RemoteIpAddress is { } address
        && options.Networks.Any(network => Contains(network, address));

    private static bool Contains(IPNetwork network, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain);
    }
}
