using ContactPlatform.Contacts.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Requests;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Shows contacts to webhooks.</summary>
internal static class WebhookContacts
{
    /// <summary>A contact as webhooks are told of it.</summary>
    public static WebhookContact Of(Contact contact)
    {
        var shown = new WebhookContact
        {
            ContactId = contact.ContactId,
            Email = contact.Email,
            Phone = contact.Phone,
            GivenName = contact.GivenName,
            FamilyName = contact.FamilyName,
            TimeZone = contact.TimeZone,
            RecordState = EnumWord.Of(contact.RecordState),
            Source = contact.Source,
            Owner = contact.Owner,
            LeadScore = contact.LeadScore,
            LabelIds = { contact.LabelIds },
            SubscribedTime = contact.SubscribedTime,
            UnsubscribedTime = contact.UnsubscribedTime,
            CreateTime = contact.CreateTime,
        };
        foreach (var field in contact.CustomFields)
        {
            shown.CustomFields[field.Key] = Text(field);
        }
        return shown;
    }

    private static string Text(CustomFieldValue field) => field.ValueCase switch
    {
        CustomFieldValue.ValueOneofCase.TextValue => field.TextValue,
        CustomFieldValue.ValueOneofCase.NumberValue => field.NumberValue,
        CustomFieldValue.ValueOneofCase.DateValue => field.DateValue,
        CustomFieldValue.ValueOneofCase.ChoiceValue => field.ChoiceValue,
        _ => field.BooleanValue ? "true" : "false",
    };
}
