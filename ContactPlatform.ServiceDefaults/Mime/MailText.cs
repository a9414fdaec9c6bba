using System.Text;

namespace ContactPlatform.ServiceDefaults.Mime;

/// <summary>Text of mails in whatever characters it was written.</summary>
public static class MailText
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>
    /// Decodes a text. Without a charset, or with one that is unknown or wrong, it is UTF-8, and where it cannot be that,
    /// Windows-1252, as mail programs guess.
    /// </summary>
    /// <param name="bytes">The text.</param>
    /// <param name="charset">Its charset (RFC 2046 4.1.2); may be empty.</param>
    public static string Decode(ReadOnlySpan<byte> bytes, string charset)
    {
        if (charset is not ("" or "utf-8" or "us-ascii") && Find(charset) is { } encoding)
        {
            return encoding.GetString(bytes);
        }
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Find("windows-1252")!.GetString(bytes);
        }
    }

    /// <summary>Null for a charset that is unknown, or that is not decoded for safety (UTF-7).</summary>
    private static Encoding? Find(string charset)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
