using System.Net;

namespace ContactPlatform.ServiceDefaults.Templates;

/// <summary>
/// Reads templates: `{{name}}` is a place for a variable. In HTML the addresses of `&lt;a href&gt;` are found as well, so that
/// clicks can be told and no variable can turn a link into something else.
/// </summary>
public static class TemplateParser
{
    private static readonly string[] OtherSchemes = ["mailto:", "tel:", "sms:", "#"];

    /// <summary>Reads a template in which variables stand as they are.</summary>
    /// <param name="text">The template.</param>
    /// <param name="template">What it says; null when the answer is not.</param>
    /// <returns>The first mistake; null when there is none.</returns>
    public static TemplateFault? TryReadText(string text, out Template? template)
    {
        var parts = new List<TemplatePart>();
        var fault = Places(text, 0, text.Length, 0, Escaping.None, parts);
        template = fault is null ? new(parts, []) : null;
        return fault ?? TooMany(parts);
    }

    /// <summary>Reads an HTML template.</summary>
    /// <inheritdoc cref="TryReadText"/>
    public static TemplateFault? TryReadHtml(string text, out Template? template)
    {
        var (parts, links) = (new List<TemplatePart>(), new List<IReadOnlyList<TemplatePart>>());
        template = null;
        var done = 0;
        foreach (var (start, length, quoted) in HtmlLinks.Find(text))
        {
            if (!quoted)
            {
                return new(start, "has a link without quotes around its address; href=\"https://…\" is expected");
            }
            var address = WebUtility.HtmlDecode(text.Substring(start, length)).Trim();
            var tracked = address.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || address.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
            if (!tracked)
            {
                if (!IsUnsubscribe(address) && !OtherSchemes.Any(s => address.StartsWith(s, StringComparison.OrdinalIgnoreCase)))
                {
                    return new(start, $"has a link to \"{(address.Length <= 40 ? address : address[..40] + "…")}\"; a link begins with https://, http://, {string.Join(", ", OtherSchemes)}, or is {{{{{Template.UnsubscribeUrl}}}}}");
                }
                continue;
            }
            var link = new List<TemplatePart>();
            if ((Places(text, done, start, 0, Escaping.Html, parts) ?? Places(address, 0, address.Length, start, Escaping.Url, link)) is { } mistake)
            {
                return mistake;
            }
            parts.Add(new TemplatePart.Link(links.Count));
            links.Add(link);
            if (links.Count > TemplateLimits.Links)
            {
                return new(start, $"has more than {TemplateLimits.Links} links; at most so many are allowed");
            }
            done = start + length;
        }
        var fault = Places(text, done, text.Length, 0, Escaping.Html, parts) ?? TooMany([.. parts, .. links.SelectMany(l => l)]);
        template = fault is null ? new(parts, links) : null;
        return fault;
    }

    private static bool IsUnsubscribe(string address) =>
        address.StartsWith("{{", StringComparison.Ordinal) && address.EndsWith("}}", StringComparison.Ordinal) && address[2..^2].Trim() == Template.UnsubscribeUrl;

    /// <summary>Reads the places for variables in a stretch of a text.</summary>
    private static TemplateFault? Places(string text, int from, int to, int offset, Escaping escaping, List<TemplatePart> parts)
    {
        while (from < to)
        {
            var open = text.IndexOf("{{", from, to - from, StringComparison.Ordinal);
            if (open < 0)
            {
                parts.Add(new TemplatePart.Literal(text[from..to]));
                return null;
            }
            // Blanks around the name are allowed, up to its own length.
            var close = text.IndexOf("}}", open + 2, Math.Min(to - open - 2, 2 * TemplateLimits.Name + 2), StringComparison.Ordinal);
            if (close < 0)
            {
                return new(offset + open, "has {{ without }} after a variable's name; {{name}} is expected");
            }
            var name = text[(open + 2)..close].Trim();
            if (!IsName(name))
            {
                return new(offset + open, $"names the variable \"{name}\"; a letter, then at most {TemplateLimits.Name - 1} letters, digits, dots and underscores are expected");
            }
            if (open > from)
            {
                parts.Add(new TemplatePart.Literal(text[from..open]));
            }
            parts.Add(new TemplatePart.Variable(name, escaping));
            from = close + 2;
        }
        return null;
    }

    /// <summary>True for what can name a variable.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= TemplateLimits.Name && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_');

    private static TemplateFault? TooMany(List<TemplatePart> parts) =>
        parts.OfType<TemplatePart.Variable>().Count() is > TemplateLimits.Places and var places ? new(0, $"has {places} places for variables; at most {TemplateLimits.Places} are allowed") : null;
}
