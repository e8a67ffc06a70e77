using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace RandomChat.Web.Security;

/// <summary>Setting <c>ForwardedHeaders:KnownProxies</c>: addresses and networks (CIDR) whose X-Forwarded-For and -Proto count.</summary>
public sealed class ProxyOptions
{
    public IReadOnlyList<IPNetwork> Known { get; set; } = [];

    public bool Knows(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Known.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));
    }

    /// <summary>An address, or a network in CIDR notation; null where it is neither.</summary>
    public static IPNetwork? Parse(string text)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
            return new IPNetwork(address, address.GetAddressBytes().Length * 8);
        }

        return IPNetwork.TryParse(text, out var network) ? network : null;
    }
}

public static class TrustedProxies
{
    /// <summary>Takes the client's address and scheme from known proxies, and from nobody else; stands first of all.</summary>
    public static IApplicationBuilder UseTrustedProxies(this IApplicationBuilder app)
    {
        var proxies = app.ApplicationServices.GetRequiredService<IOptions<ProxyOptions>>().Value;
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(TrustedProxies));
        var said = 0;
        app.Use((context, next) =>
        {
            if (context.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName)
                && !proxies.Knows(context.Connection.RemoteIpAddress)
                && Interlocked.Exchange(ref said, 1) == 0)
            {
                LogMessages.UnknownProxy(log);
            }

            return next(context);
        });

        // With empty lists the framework would believe everybody.
        if (proxies.Known.Count > 0)
        {
            var options = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
                ForwardLimit = null,
            };
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in proxies.Known)
            {
                options.KnownIPNetworks.Add(network);
            }

            app.UseForwardedHeaders(options);
        }

        return app;
    }
}
