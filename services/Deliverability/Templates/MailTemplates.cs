using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Deliverability.Templates;

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
    /// <param name="content">The content.</param>
    /// <param name="violations">Where mistakes go.</param>
    /// <param name="path">The content's field.</param>
    /// <returns>Null when there are mistakes.</returns>
    public static MailTemplates? TryRead(MailContent content, Violations violations, string path = "content")
    {
        var subject = Read(content.Subject, $"{path}.subject", TemplateLimits.Subject, TemplateParser.TryReadText);
        var text = content.Text.Length == 0 ? null : Read(content.Text, $"{path}.text", TemplateLimits.Body, TemplateParser.TryReadText);
        var html = content.Html.Length == 0 ? null : Read(content.Html, $"{path}.html", TemplateLimits.Body, TemplateParser.TryReadHtml);
        violations.Check(content.Text.Length + content.Html.Length > 0, path, "has neither text nor html; at least one of them is required");
        violations.Check(content.Subject.Trim().Length > 0, $"{path}.subject", "is empty; a value is required");
        violations.Check(!content.Subject.Any(char.IsControl), $"{path}.subject", "contains a control character; only printable text is allowed");
        violations.Check(subject?.Parts.Any(p => p is TemplatePart.Variable { Name: Template.UnsubscribeUrl }) != true, $"{path}.subject", $"holds {{{{{Template.UnsubscribeUrl}}}}}; it is for text and html");
        return violations.None ? new(subject!, text, html) : null;

        Template? Read(string source, string field, int maximum, Reader read)
        {
            if (source.Length > maximum)
            {
                violations.Add(field, $"has {source.Length} characters; at most {maximum} are allowed");
                return null;
            }
            if (read(source, out var template) is { } fault)
            {
                violations.Add(field, $"at character {fault.Position + 1} {fault.Problem}");
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
