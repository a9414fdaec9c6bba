namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>A domain under which nobody gets mail.</summary>
/// <param name="Name">The domain; what is below it is as well.</param>
/// <param name="Source">Where that is written.</param>
public sealed record ReservedDomain(string Name, string Source);

/// <summary>Domains that are reserved for something else than mail over the internet.</summary>
public static class ReservedDomains
{
    /// <summary>The table.</summary>
    public static readonly IReadOnlyList<ReservedDomain> Table =
    [
        new("test", "RFC 2606 2, RFC 6761 6.2"),
        new("example", "RFC 2606 2, RFC 6761 6.5"),
        new("invalid", "RFC 2606 2, RFC 6761 6.4"),
        new("localhost", "RFC 2606 2, RFC 6761 6.3"),
        new("example.com", "RFC 2606 3"),
        new("example.net", "RFC 2606 3"),
        new("example.org", "RFC 2606 3"),
        new("local", "RFC 6762 3"),
        new("onion", "RFC 7686"),
        new("home.arpa", "RFC 8375"),
        new("alt", "RFC 9476"),
        new("arpa", "RFC 3172"),
        new("internal", "ICANN's board, 2024-07-29"),
    ];

    /// <summary>Whether a domain in ASCII form is one of them or below one.</summary>
    public static bool Contains(string domain) =>
        Table.Any(r => domain == r.Name || (domain.Length > r.Name.Length && domain.EndsWith(r.Name, StringComparison.Ordinal) && domain[^(r.Name.Length + 1)] == '.'));
}
