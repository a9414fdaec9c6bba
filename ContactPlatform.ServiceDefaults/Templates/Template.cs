using System.Net;
using System.Text;

namespace ContactPlatform.ServiceDefaults.Templates;

/// <summary>A template that was read: pieces of text, places for variables, and links. Never changes.</summary>
public sealed class Template
{
    /// <summary>The variable that stands for the page on which a recipient unsubscribes; nobody gives it a value.</summary>
    public const string UnsubscribeUrl = "unsubscribe_url";

    internal Template(IReadOnlyList<TemplatePart> parts, IReadOnlyList<IReadOnlyList<TemplatePart>> links)
    {
        (Parts, Links) = (parts, links);
        Names = parts.Concat(links.SelectMany(l => l)).OfType<TemplatePart.Variable>().Select(v => v.Name)
            .Where(n => n != UnsubscribeUrl).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Its pieces, in order.</summary>
    public IReadOnlyList<TemplatePart> Parts { get; }

    /// <summary>Addresses of its links, each in pieces.</summary>
    public IReadOnlyList<IReadOnlyList<TemplatePart>> Links { get; }

    /// <summary>Variables that need a value.</summary>
    public IReadOnlySet<string> Names { get; }

    /// <summary>Fills the variables in.</summary>
    /// <param name="value">Value of each of <see cref="Names"/>, and of <see cref="UnsubscribeUrl"/>.</param>
    /// <param name="link">What stands for a link, by its number and its address; the address itself unless given.</param>
    public string Render(Func<string, string> value, Func<int, string, string>? link = null)
    {
        var text = new StringBuilder();
        foreach (var part in Parts)
        {
            text.Append(part switch
            {
                TemplatePart.Literal literal => literal.Text,
                TemplatePart.Variable variable => Escape(value(variable.Name), variable.Escaping),
                TemplatePart.Link { Number: var number } => WebUtility.HtmlEncode(link is null ? RenderLink(number, value) : link(number, RenderLink(number, value))),
                _ => throw new InvalidOperationException($"{part} is no part of a template"),
            });
        }
        return text.ToString();
    }

    /// <summary>The address of one of its links.</summary>
    public string RenderLink(int number, Func<string, string> value)
    {
        var address = new StringBuilder();
        foreach (var part in Links[number])
        {
            address.Append(part is TemplatePart.Literal literal ? literal.Text : Uri.EscapeDataString(value(((TemplatePart.Variable)part).Name)));
        }
        return address.ToString();
    }

    /// <summary>No rendering has more characters than this.</summary>
    public long LongestRendering(Func<string, string> value)
    {
        // A character becomes at most 6 of HTML (`&quot;`) or 9 of a link (three bytes, each in three characters).
        return Parts.Sum(p => p switch
        {
            TemplatePart.Literal literal => literal.Text.Length,
            TemplatePart.Variable { Escaping: Escaping.None } v => value(v.Name).Length,
            TemplatePart.Variable v => 6L * value(v.Name).Length,
            TemplatePart.Link l => Links[l.Number].Sum(u => u is TemplatePart.Literal literal ? 6L * literal.Text.Length : 9L * value(((TemplatePart.Variable)u).Name).Length),
            _ => 0,
        });
    }

    private static string Escape(string value, Escaping escaping) => escaping switch
    {
        Escaping.Html => WebUtility.HtmlEncode(value),
        Escaping.Url => Uri.EscapeDataString(value),
        _ => value,
    };
}
