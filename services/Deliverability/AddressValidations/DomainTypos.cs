namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>Finds what a mistyped domain may have been meant to be: that of a large provider.</summary>
public static class DomainTypos
{
    /// <summary>Ends that are no top-level domains, and what was meant.</summary>
    private static readonly Dictionary<string, string> Ends = new()
    {
        ["con"] = "com", ["cmo"] = "com", ["ocm"] = "com", ["vom"] = "com", ["xom"] = "com", ["comm"] = "com", ["coom"] = "com", ["como"] = "com", ["nte"] = "net", ["ner"] = "net", ["nett"] = "net",
    };

    /// <summary>Ends that are top-level domains, but where a provider has the same name under another, that was meant.</summary>
    private static readonly string[] NearCom = ["co", "cm", "om"];

    /// <summary>The domain that may have been meant; null for none.</summary>
    /// <param name="domain">In ASCII form.</param>
    public static string? Meant(string domain)
    {
        if (AddressLists.Providers.Contains(domain) || AddressLists.Others.Contains(domain))
        {
            return null;
        }
        var dot = domain.LastIndexOf('.');
        var (front, end) = (domain[..dot], domain[(dot + 1)..]);
        if (NearCom.Contains(end) && AddressLists.Providers.Contains($"{front}.com"))
        {
            return $"{front}.com";
        }
        var mended = Ends.TryGetValue(end, out var meant) ? $"{front}.{meant}" : domain;
        if (AddressLists.Others.Contains(mended))
        {
            return mended;
        }
        var (name, rest) = Split(mended);
        var found = AddressLists.Providers.Where(p => Split(p) is var (n, r) && r == rest && IsNear(name, n)).Order(StringComparer.Ordinal).FirstOrDefault();
        return found ?? (mended == domain ? null : mended);
    }

    /// <summary>True when one change leads from one text to the other: a letter more, one less, another one, or two exchanged.</summary>
    public static bool IsNear(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 1)
        {
            return false;
        }
        var front = 0;
        while (front < a.Length && front < b.Length && a[front] == b[front])
        {
            front++;
        }
        var x = a.AsSpan(front);
        var y = b.AsSpan(front);
        return x.Length == y.Length
            ? x.Length <= 1 || x[1..].SequenceEqual(y[1..]) || (x[0] == y[1] && x[1] == y[0] && x[2..].SequenceEqual(y[2..]))
            : x.Length > y.Length ? x[1..].SequenceEqual(y) : y[1..].SequenceEqual(x);
    }

    private static (string Name, string Parent) Split(string domain) => (domain[..domain.IndexOf('.', StringComparison.Ordinal)], domain[domain.IndexOf('.', StringComparison.Ordinal)..]);
}
