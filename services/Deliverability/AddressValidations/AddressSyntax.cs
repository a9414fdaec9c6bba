using System.Net;
using System.Net.Sockets;
using System.Text;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Addresses;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>
/// Reads addresses as RFC 5321 4.1.2 and RFC 5322 3.4.1 write them, and RFC 6531 with letters beyond ASCII. What contacts
/// can have is <see cref="EmailAddress"/>; beyond that there are quoted parts before the @ and addresses in numbers behind.
/// </summary>
public static class AddressSyntax
{
    private const string IPv6Tag = "IPv6:";

    /// <summary>Reads an address.</summary>
    /// <param name="text">As a person wrote it.</param>
    /// <param name="address">In normal form; empty when the answer is not null.</param>
    /// <param name="forms">What is unusual about it.</param>
    /// <returns>What is wrong with it and what is expected; null when it is an address.</returns>
    public static string? TryRead(string text, out string address, out IReadOnlyList<AddressFinding> forms)
    {
        (address, forms) = ("", []);
        var trimmed = text.Trim();
        if (!trimmed.StartsWith('"') && !trimmed.EndsWith(']'))
        {
            var problem = EmailAddress.TryNormalise(text, out address);
            if (problem is null && !Ascii.IsValid(address))
            {
                forms = [AddressFinding.International];
            }
            return problem;
        }
        if (trimmed.Length > EmailAddress.MaximumLength)
        {
            return $"has {trimmed.Length} characters; at most {EmailAddress.MaximumLength} are allowed";
        }
        if (!EmailAddress.IsWellFormed(trimmed))
        {
            return "contains a broken character; expected Unicode text";
        }
        var found = new List<AddressFinding>();
        var rest = trimmed;
        var local = "x";
        if (trimmed.StartsWith('"'))
        {
            if (ReadQuoted(trimmed, out local, out rest) is { } wrong)
            {
                return wrong;
            }
            // The quotes say nothing where they are not needed (RFC 5321 4.1.2): it is the address without.
            if (EmailAddress.TryNormalise($"{local}@a.example", out var plain) is null)
            {
                local = plain[..plain.LastIndexOf('@')];
            }
            else
            {
                local = Quote(local);
                found.Add(AddressFinding.Quoted);
            }
            if (local.Length > EmailAddress.MaximumLocalLength)
            {
                return $"has {local.Length} characters before the @; at most {EmailAddress.MaximumLocalLength} are allowed";
            }
        }
        else
        {
            var at = trimmed.LastIndexOf("@[", StringComparison.Ordinal);
            if (EmailAddress.TryNormalise($"{(at < 0 ? "" : trimmed[..at])}@a.example", out var plain) is { } wrong)
            {
                return at < 0 ? "has no @; expected local@domain" : wrong;
            }
            (local, rest) = (plain[..plain.LastIndexOf('@')], trimmed[(at + 1)..]);
        }
        if (rest.StartsWith('['))
        {
            if (!IsLiteral(rest))
            {
                return "has a malformed address in numbers behind the @; expected one such as [192.0.2.1] or [IPv6:2001:db8::1]";
            }
            found.Add(AddressFinding.AddressLiteral);
            rest = rest.ToLowerInvariant();
        }
        else if (EmailAddress.TryNormalise($"x@{rest}", out var domain) is { } wrong)
        {
            return wrong;
        }
        else
        {
            rest = domain[2..];
        }
        if (!Ascii.IsValid(local))
        {
            found.Add(AddressFinding.International);
        }
        (address, forms) = ($"{local}@{rest}", found);
        if (address.Length <= EmailAddress.MaximumLength)
        {
            return null;
        }
        var length = address.Length;
        (address, forms) = ("", []);
        return $"has {length} characters; at most {EmailAddress.MaximumLength} are allowed";
    }

    /// <summary>Reads a quoted string (RFC 5321 4.1.2: any printable character, with a backslash before quotes and backslashes) and the @ behind it.</summary>
    private static string? ReadQuoted(string text, out string content, out string rest)
    {
        (content, rest) = ("", "");
        var read = new StringBuilder();
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == '"')
            {
                (content, rest) = (read.ToString(), i + 2 <= text.Length ? text[(i + 1)..] : "");
                if (!rest.StartsWith('@'))
                {
                    return "has something between the quoted part and the @; expected \"local\"@domain";
                }
                rest = rest[1..];
                return null;
            }
            if (text[i] == '\\' && ++i == text.Length)
            {
                break;
            }
            if (char.IsControl(text[i]))
            {
                return "has a control character in the quoted part; printable characters are allowed";
            }
            read.Append(text[i]);
        }
        return "has a quoted part without an end; expected \"local\"@domain";
    }

    private static string Quote(string content) => $"\"{content.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static bool IsLiteral(string text)
    {
        if (!text.EndsWith(']'))
        {
            return false;
        }
        var inner = text[1..^1];
        if (inner.StartsWith(IPv6Tag, StringComparison.OrdinalIgnoreCase))
        {
            return !inner.Contains('%', StringComparison.Ordinal) && IPAddress.TryParse(inner[IPv6Tag.Length..], out var six) && six.AddressFamily == AddressFamily.InterNetworkV6;
        }
        var parts = inner.Split('.');
        return parts.Length == 4 && parts.All(p => p.Length is >= 1 and <= 3 && p.All(char.IsAsciiDigit) && int.Parse(p, System.Globalization.CultureInfo.InvariantCulture) <= 255);
    }
}
