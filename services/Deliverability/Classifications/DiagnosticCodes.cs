namespace ContactPlatform.Deliverability.Classifications;

/// <summary>Finds the enhanced status codes of failures in a diagnostic text.</summary>
public static class DiagnosticCodes
{
    private const int MaximumCodes = 8;

    /// <summary>The first of the three digits that open the server's reply (RFC 5321 4.2.1): 4 for now, 5 for good; null where it has none.</summary>
    public static int? Kind(string diagnostic)
    {
        var text = Reply(diagnostic);
        return HasDigits(text) ? text[0] - '0' : null;
    }

    /// <summary>
    /// The code that opens the server's reply: right behind the three digits (`550 5.1.1 …`, `550-5.1.1 …`, `550 #5.1.1`),
    /// or at the very beginning.
    /// </summary>
    public static EnhancedCode? First(string diagnostic)
    {
        var text = Reply(diagnostic);
        text = HasDigits(text) ? text[3..].TrimStart(" -") : text;
        return EnhancedCode.TryRead(text.TrimStart("#(\"'"), out var code, out _) && code.IsFailure ? code : null;
    }

    /// <summary>Codes anywhere in the text, in its order, at most 8: `(#5.1.1)`, `said: 550 5.2.2 …`.</summary>
    public static IEnumerable<EnhancedCode> Others(string diagnostic)
    {
        var found = 0;
        for (var i = 0; i < Math.Min(diagnostic.Length, Classifier.MaximumLength) && found < MaximumCodes; i++)
        {
            if (diagnostic[i] is '4' or '5' && Begins(diagnostic, i)
                && EnhancedCode.TryRead(diagnostic.AsSpan(i, Math.Min(EnhancedCode.MaximumLength + 2, diagnostic.Length - i)), out var code, out var length))
            {
                found++;
                i += length;
                yield return code;
            }
        }
    }

    /// <summary>What the server said: without the kind of the diagnostic that stands in front (RFC 3464 2.3.6).</summary>
    private static ReadOnlySpan<char> Reply(string diagnostic)
    {
        var text = diagnostic.AsSpan()[..Math.Min(diagnostic.Length, Classifier.MaximumLength)].Trim();
        return text.StartsWith("smtp;", StringComparison.OrdinalIgnoreCase) ? text[5..].TrimStart() : text;
    }

    private static bool HasDigits(ReadOnlySpan<char> text) =>
        text is ['4' or '5', >= '0' and <= '9', >= '0' and <= '9'] or ['4' or '5', >= '0' and <= '9', >= '0' and <= '9', ' ' or '-', ..];

    /// <summary>Not within a number, a name, a path, an address, or a version such as `mail-4.2.1`; but `550-5.1.1` counts.</summary>
    private static bool Begins(string text, int at) => at == 0
        || (text[at - 1] == '-' ? at > 1 && char.IsAsciiDigit(text[at - 2]) : !char.IsLetterOrDigit(text[at - 1]) && text[at - 1] is not ('.' or '/' or '@' or '_'));
}
