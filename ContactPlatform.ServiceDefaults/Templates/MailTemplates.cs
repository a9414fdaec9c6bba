using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.ServiceDefaults.Templates;

/// <summary>The templates of one mail.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Text">The plain text; null for none.</param>
/// <param name="Html">The HTML; null for none.</param>
public sealed record MailTemplates(Template Subject, Template? Text, Template? Html)
{
    /// <summary>Stands for a content that is still to be found.</summary>
    public static readonly MailTemplates None = new(new Template([], []), null, null);

    /// <summary>Variables that need a value.</summary>
    public IReadOnlySet<string> Names { get; } = new[] { Subject, Text, Html }.SelectMany(t => t?.Names ?? new HashSet<string>()).ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads the templates of a content; mistakes go to the violations.</summary>
    /// <param name="content">The templates.</param>
    /// <param name="violations">Where mistakes go.</param>
    /// <param name="field">Where the content stands in the request.</param>
    /// <param name="maximumBody">Characters of text and HTML at most.</param>
    /// <returns>Null when there are mistakes.</returns>
    public static MailTemplates? TryRead(MailContent content, Violations violations, string field = "content", int maximumBody = TemplateLimits.Body)
    {
        var subject = Read(content.Subject, $"{field}.subject", TemplateLimits.Subject, TemplateParser.TryReadText);
        var text = content.Text.Length == 0 ? null : Read(content.Text, $"{field}.text", maximumBody, TemplateParser.TryReadText);
        var html = content.Html.Length == 0 ? null : Read(content.Html, $"{field}.html", maximumBody, TemplateParser.TryReadHtml);
        violations.Check(content.Text.Length + content.Html.Length > 0, field, "has neither text nor html; at least one of them is required");
        violations.Check(content.Subject.Trim().Length > 0, $"{field}.subject", "is empty; a value is required");
        violations.Check(!content.Subject.Any(char.IsControl), $"{field}.subject", "contains a control character; only printable text is allowed");
        violations.Check(subject?.Parts.Any(p => p is TemplatePart.Variable { Name: Template.UnsubscribeUrl }) != true, $"{field}.subject", $"holds {{{{{Template.UnsubscribeUrl}}}}}; it is for text and html");
        return violations.None ? new(subject!, text, html) : null;

        Template? Read(string source, string path, int maximum, Reader read)
        {
            if (source.Length > maximum)
            {
                violations.Add(path, $"has {source.Length} characters; at most {maximum} are allowed");
                return null;
            }
            if (read(source, out var template) is { } fault)
            {
                violations.Add(path, $"at character {fault.Position + 1} {fault.Problem}");
            }
            return template;
        }
    }

    /// <summary>Reads the templates of a content that was accepted before.</summary>
    public static MailTemplates Of(MailContent content)
    {
        var violations = new Violations();
        return TryRead(content, violations) ?? throw new InvalidOperationException("a stored content has mistakes that the rules of its day let pass");
    }

    private delegate TemplateFault? Reader(string text, out Template? template);
}
