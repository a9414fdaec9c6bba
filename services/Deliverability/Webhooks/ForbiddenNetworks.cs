using System.Net;
using System.Net.Sockets;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>A network that is not the public internet.</summary>
/// <param name="Network">The network.</param>
/// <param name="What">What it is for.</param>
/// <param name="Source">Where that is written.</param>
public sealed record ForbiddenNetwork(IPNetwork Network, string What, string Source);

/// <summary>
/// Which addresses may be called: those of the public internet, and what `Webhooks:AllowedNetworks` names. Whoever makes a
/// webhook must not reach through it what only this machine or its neighbours reach.
/// </summary>
public sealed class ForbiddenNetworks(IReadOnlyCollection<IPNetwork> allowed)
{
    /// <summary>The table: IANA's registries of special-purpose addresses, as far as they are not globally reachable, and groups.</summary>
    public static readonly IReadOnlyList<ForbiddenNetwork> Table =
    [
        Row("0.0.0.0/8", "this network", "RFC 791 3.2"),
        Row("10.0.0.0/8", "private", "RFC 1918"),
        Row("100.64.0.0/10", "shared by carriers", "RFC 6598"),
        Row("127.0.0.0/8", "loopback", "RFC 1122 3.2.1.3"),
        Row("169.254.0.0/16", "link-local", "RFC 3927"),
        Row("172.16.0.0/12", "private", "RFC 1918"),
        Row("192.0.0.0/24", "for protocols", "RFC 6890"),
        Row("192.0.2.0/24", "documentation", "RFC 5737"),
        Row("192.88.99.0/24", "6to4 relays", "RFC 7526"),
        Row("192.168.0.0/16", "private", "RFC 1918"),
        Row("198.18.0.0/15", "benchmarks", "RFC 2544"),
        Row("198.51.100.0/24", "documentation", "RFC 5737"),
        Row("203.0.113.0/24", "documentation", "RFC 5737"),
        Row("224.0.0.0/4", "multicast", "RFC 5771"),
        Row("240.0.0.0/4", "reserved, and broadcast", "RFC 1112 4, RFC 919"),
        Row("::/96", "unspecified, loopback and IPv4-compatible", "RFC 4291 2.5"),
        Row("64:ff9b:1::/48", "local translation", "RFC 8215"),
        Row("100::/64", "discarded", "RFC 6666"),
        Row("2001::/23", "for protocols", "RFC 2928"),
        Row("2001:db8::/32", "documentation", "RFC 3849"),
        Row("2002::/16", "6to4", "RFC 3056"),
        Row("3fff::/20", "documentation", "RFC 9637"),
        Row("5f00::/16", "segment routing", "RFC 9602"),
        Row("fc00::/7", "unique local", "RFC 4193"),
        Row("fe80::/10", "link-local", "RFC 4291 2.5.6"),
        Row("fec0::/10", "site-local", "RFC 3879"),
        Row("ff00::/8", "multicast", "RFC 4291 2.7"),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Translated = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>Says why an address must not be called; null when it may.</summary>
    public string? Problem(IPAddress address)
    {
        var target = Target(address);
        if (allowed.Any(n => n.Contains(target)))
        {
            return null;
        }
        if (Table.FirstOrDefault(n => n.Network.Contains(target)) is { } row)
        {
            return $"{row.What} ({row.Source})";
        }
        return target.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(target) ? "not given out (RFC 4291 2.4)" : null;
    }

    /// <summary>The IPv4 address where the IPv6 one is only another way of writing it (RFC 4291 2.5.5.2), or leads there (RFC 6052).</summary>
    private static IPAddress Target(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4()
        : address.AddressFamily == AddressFamily.InterNetworkV6 && Translated.Contains(address) ? new(address.GetAddressBytes().AsSpan(12))
        // A zone is no part of the address.
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? new(address.GetAddressBytes()) : address;

    private static ForbiddenNetwork Row(string network, string what, string source) => new(IPNetwork.Parse(network), what, source);
}
