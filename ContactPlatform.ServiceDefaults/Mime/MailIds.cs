namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>Identifiers in mail.</summary>
public static class MailIds
{
    /// <summary>Characters in a Message-ID that is kept.</summary>
    public const int MaximumLength = 250;

    /// <summary>A Message-ID without its angle brackets; empty when it is longer than is kept.</summary>
    public static string Bare(string id)
    {
        var bare = id.Trim().TrimStart('<').TrimEnd('>').Trim();
        return bare.Length <= MaximumLength ? bare : "";
    }

    /// <summary>The address of a field such as `rfc822; bob@example.com` (RFC 3464 2.3) or `Bob &lt;bob@example.com&gt;`; it may not be one.</summary>
    public static string Address(string value)
    {
        var type = value.IndexOf(';', StringComparison.Ordinal);
        var address = (type < 0 ? value : value[(type + 1)..]).Trim();
        var open = address.LastIndexOf('<');
        var close = address.LastIndexOf('>');
        return open >= 0 && close > open ? address[(open + 1)..close].Trim() : address;
    }
}
