using System.Net;

namespace ContactPlatform.Deliverability.Webhooks;

/// <summary>Reads where a webhook is.</summary>
public static class WebhookUrl
{
    /// <summary>Reads an address on the web as it is kept.</summary>
    /// <param name="text">As sent.</param>
    /// <param name="forbidden">Which addresses in numbers must not be called. Names are looked up at each call, not here.</param>
    /// <param name="url">The address; null when the answer is not null.</param>
    /// <returns>What is wrong with it and what is expected, to follow a field's name; null when it is good.</returns>
    public static string? TryRead(string text, ForbiddenNetworks forbidden, out Uri? url)
    {
        url = null;
        if (text.Length is 0 or > WebhookRow.MaximumUrl)
        {
            return $"has {text.Length} characters; 1 to {WebhookRow.MaximumUrl} are allowed";
        }
        // What stands for itself nowhere in an address, and what parsers read in different ways.
        if (!text.Contains("://", StringComparison.Ordinal) || text.Any(c => c is <= ' ' or '\\' or '\u007f') || !Uri.TryCreate(text, UriKind.Absolute, out var read) || read.Scheme is not ("http" or "https") || read.Host.Length == 0)
        {
            return "is no address on the web; expected one such as https://example.org/hooks";
        }
        // Also an empty one, which leaves no trace in what was read.
        if (text[(text.IndexOf("//", StringComparison.Ordinal) + 2)..].Split('/', '?', '#')[0].Contains('@', StringComparison.Ordinal))
        {
            return "holds a user name or a password; calls are signed instead";
        }
        if (read.Fragment.Length > 0)
        {
            return "has a fragment (#...), which is never sent; leave it out";
        }
        if (read.Port is 0)
        {
            return "has port 0; expected one from 1 to 65535";
        }
        var host = read.IdnHost.TrimEnd('.');
        var problem = IPAddress.TryParse(host, out var address) ? forbidden.Problem(address)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase) ? forbidden.Problem(IPAddress.Loopback) : null;
        if (problem is not null)
        {
            return $"names an address that is not called: {problem}; Webhooks:AllowedNetworks of the configuration can allow it";
        }
        if (read.AbsoluteUri.Length > WebhookRow.MaximumUrl)
        {
            return $"has {read.AbsoluteUri.Length} characters when it is encoded; at most {WebhookRow.MaximumUrl} are allowed";
        }
        url = read;
        return null;
    }
}
