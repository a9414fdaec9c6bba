using ContactPlatform.Deliverability.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Contact = ContactPlatform.Contacts.V1.Contact;

namespace ContactPlatform.Sequences.Sequences;

/// <summary>The templates of steps.</summary>
public static class StepTemplates
{
    /// <summary>What a mail goes to.</summary>
    public const string Email = "email";

    /// <summary>What a text message goes to.</summary>
    public const string Phone = "phone";

    /// <summary>Place of the wording that a contact gets: always the same one.</summary>
    public static int Variant(Step step, long contactId) =>
        step.KindCase == Step.KindOneofCase.AutomaticEmail ? (int)(contactId % step.AutomaticEmail.Variants.Count) : 0;

    /// <summary>Reads the templates of a step for one wording.</summary>
    /// <param name="step">The step, as it was accepted.</param>
    /// <param name="variant">Place of the wording.</param>
    public static MailTemplates Read(Step step, int variant) => step.KindCase switch
    {
        Step.KindOneofCase.AutomaticEmail => Mail(step.AutomaticEmail.Variants[variant]),
        Step.KindOneofCase.ManualEmail => Mail(step.ManualEmail.Template),
        Step.KindOneofCase.Call => Plain(step.Call.Instructions),
        Step.KindOneofCase.Sms => Plain(step.Sms.Text),
        _ => Plain(step.Task.Instructions),
    };

    /// <summary>Variables of a step that a contact has no value for; what a mail or a text message goes to is one, too.</summary>
    public static IEnumerable<string> Missing(Step step, Contact contact)
    {
        var needed = new HashSet<string>(Read(step, Variant(step, contact.ContactId)).Names, StringComparer.Ordinal);
        if (step.KindCase is Step.KindOneofCase.AutomaticEmail or Step.KindOneofCase.ManualEmail)
        {
            needed.Add(Email);
        }
        else if (step.KindCase is Step.KindOneofCase.Sms)
        {
            needed.Add(Phone);
        }
        return needed.Where(name => ContactVariables.Value(contact, name) is null);
    }

    /// <summary>Shows a step as a contact would get it.</summary>
    public static StepPreview Preview(Step step, Contact contact)
    {
        var variant = Variant(step, contact.ContactId);
        var templates = Read(step, variant);
        string Value(string name) => ContactVariables.Value(contact, name) ?? (name == Template.UnsubscribeUrl ? $"[{name}]" : $"{{{name}}}");
        return new()
        {
            StepId = step.StepId,
            Variant = variant,
            Subject = templates.Subject.Render(Value),
            Text = templates.Text?.Render(Value) ?? "",
            Html = templates.Html?.Render(Value) ?? "",
            MissingVariables = { Missing(step, contact).Order(StringComparer.Ordinal) },
        };
    }

    /// <summary>A mail's templates as Deliverability takes them.</summary>
    public static MailContent Content(EmailTemplate template) => new() { Subject = template.Subject, Text = template.Text, Html = template.Html };

    /// <summary>Reads a template without subject; mistakes go to the violations.</summary>
    public static Template? ReadText(string text, string field, int maximum, Violations violations)
    {
        if (text.Length > maximum)
        {
            violations.Add(field, $"has {text.Length} characters; at most {maximum} are allowed");
            return null;
        }
        if (TemplateParser.TryReadText(text, out var template) is { } fault)
        {
            violations.Add(field, $"at character {fault.Position + 1} {fault.Problem}");
        }
        return template;
    }

    private static MailTemplates Mail(EmailTemplate template) => MailTemplates.Of(Content(template));

    private static MailTemplates Plain(string text)
    {
        var violations = new Violations();
        return new(ReadText("", "", 0, violations)!, ReadText(text, "", int.MaxValue, violations)!, null);
    }
}
