using System.Buffers;
using System.Text;

namespace ContactPlatform.Deliverability.Mail;

/// <summary>A mailbox in a header field (RFC 5322 3.4).</summary>
/// <param name="Address">In normal form, in ASCII.</param>
/// <param name="DisplayName">Name for people; may be empty.</param>
public sealed record Mailbox(string Address, string DisplayName = "")
{
    private static readonly SearchValues<char> Special = SearchValues.Create("<>()[]\\,;:\"");

    /// <summary>True for an address that can travel without SMTPUTF8 (RFC 6531).</summary>
    public static bool IsSendable(string address) =>
        address.Length is > 2 and <= 254 && !address.AsSpan().ContainsAnyExceptInRange('!', '~') && !address.AsSpan().ContainsAny(Special)
        && address.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at == address.LastIndexOf('@') && at < address.Length - 1;

    /// <summary>Writes it for a field that holds this mailbox alone.</summary>
    /// <param name="column">Characters that the line holds before it.</param>
    /// <exception cref="ArgumentException">The address cannot stand in a header.</exception>
    public string Format(int column)
    {
        if (!IsSendable(Address))
        {
            throw new ArgumentException("the address cannot stand in a header");
        }
        if (DisplayName.Length == 0)
        {
            return Address;
        }
        var name = Phrase(column);
        var last = name.Length - (name.LastIndexOf('\n') + 1);
        var fits = (name.Length == last ? column : 0) + last + Address.Length + 3 <= HeaderText.LineLength;
        return $"{name}{(fits ? " " : "\r\n ")}<{Address}>";
    }

    private string Phrase(int column)
    {
        if (DisplayName.Length > 60 || DisplayName.AsSpan().ContainsAnyExceptInRange(' ', '~') || DisplayName.Contains("=?", StringComparison.Ordinal))
        {
            return HeaderText.EncodedWords(DisplayName, column);
        }
        var quoted = new StringBuilder("\"");
        foreach (var c in DisplayName)
        {
            quoted.Append(c is '"' or '\\' ? "\\" : "").Append(c);
        }
        return quoted.Append('"').ToString();
    }
}
