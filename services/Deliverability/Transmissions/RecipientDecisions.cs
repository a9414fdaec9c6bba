using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.Mail;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Deliverability.Transmissions;

/// <summary>Decides what each recipient's mail is made of. Pure.</summary>
public static class RecipientDecisions
{
    /// <summary>Fills the variables of all recipients in, or refuses all: a mail to some would be a surprise to its sender.</summary>
    /// <param name="input">What is to be sent.</param>
    /// <param name="contacts">The contacts among the recipients, as far as the account has them.</param>
    public static Decision<IReadOnlyList<FilledRecipient>> Fill(TransmissionInput input, IReadOnlyDictionary<long, Contact> contacts)
    {
        if (Ids(input.Recipients.Where(r => r.ContactId > 0 && !contacts.ContainsKey(r.ContactId))) is { Length: > 0 } missing)
        {
            return new Refusal(DeliverabilityReasons.ContactNotFound, $"there is no contact {missing}; nothing was queued").With("contact_id", missing);
        }
        if (Ids(input.Recipients.Where(r => r.ContactId > 0 && !Mailbox.IsSendable(contacts[r.ContactId].Email))) is { Length: > 0 } without)
        {
            return new Refusal(DeliverabilityReasons.ContactWithoutEmail, $"contact {without} has no email that mail servers take; nothing was queued").With("contact_id", without);
        }
        var filled = input.Recipients.Select(r => Fill(input, r, contacts.GetValueOrDefault(r.ContactId))).ToList();
        return Missing(input, filled) ?? Malformed(input, filled) ?? (Decision<IReadOnlyList<FilledRecipient>>)filled;
    }

    private static FilledRecipient Fill(TransmissionInput input, RecipientInput recipient, Contact? contact)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in input.Templates.Names)
        {
            // The recipient's own value first, then the request's (kept once for all), then the contact's.
            if (recipient.Variables.TryGetValue(name, out var own) || (!input.Variables.ContainsKey(name) && (own = Known(name)) is not null))
            {
                values[name] = own;
            }
        }
        var display = recipient.DisplayName.Length > 0 || contact is null ? recipient.DisplayName : $"{contact.GivenName} {contact.FamilyName}".Trim();
        return new(recipient.ContactId, contact?.Email ?? recipient.Email, display, values);

        // An address alone is known as well as a contact's.
        string? Known(string name) => contact is not null ? ContactVariables.Value(contact, name) : name == "email" ? recipient.Email : null;
    }

    private static Refusal? Missing(TransmissionInput input, List<FilledRecipient> filled)
    {
        foreach (var name in input.Templates.Names.Order(StringComparer.Ordinal))
        {
            var without = filled.Index().Where(f => !input.Variables.ContainsKey(name) && !f.Item.Values.ContainsKey(name)).ToList();
            if (without.Count > 0)
            {
                var places = string.Join(", ", without.Take(TransmissionLimits.Named).Select(f => f.Item.ContactId > 0 ? $"contact {f.Item.ContactId}" : $"recipients[{f.Index}]"));
                return new Refusal(DeliverabilityReasons.VariableMissing, $"{{{{{name}}}}} has no value for {places}{(without.Count > TransmissionLimits.Named ? ", …" : "")}; nothing was queued{(ContactVariables.Has(name) ? "" : $". Contacts fill {ContactVariables.Names}")}")
                    .With("variable", name).With("count", without.Count).With("recipients", places);
            }
        }
        return null;
    }

    private static Refusal? Malformed(TransmissionInput input, List<FilledRecipient> filled)
    {
        var violations = new Violations();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, recipient) in filled.Index())
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"recipients[{i}]");
            violations.Check(seen.Add(recipient.Email), field, "has the address of another recipient; each address gets one mail");
            string Value(string name) => name == Template.UnsubscribeUrl ? "" : recipient.Values.GetValueOrDefault(name) ?? input.Variables[name];
            var subject = input.Templates.Subject.LongestRendering(Value) <= TemplateLimits.Subject ? input.Templates.Subject.Render(Value) : null;
            violations.Check(subject is not null, field, $"would make a subject of more than {TemplateLimits.Subject} characters");
            // A line end here is how headers are smuggled in; the writer would encode it, but nobody means it.
            violations.Check(subject?.Any(char.IsControl) != true, field, "would put a control character into the subject; only printable text is allowed there");
            foreach (var (template, name) in new[] { (input.Templates.Text, "text"), (input.Templates.Html, "html") })
            {
                violations.Check((template?.LongestRendering(Value) ?? 0) <= TemplateLimits.Rendered, field, $"could make {name} longer than {TemplateLimits.Rendered} characters");
            }
        }
        return violations.None ? null : violations.Refusal();
    }

    private static string Ids(IEnumerable<RecipientInput> recipients) => string.Join(", ", recipients.Take(TransmissionLimits.Named).Select(r => r.ContactId));
}
