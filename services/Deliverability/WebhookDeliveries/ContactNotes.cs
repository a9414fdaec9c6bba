using ContactPlatform.Deliverability.V1;
using ContactsChange = ContactPlatform.Contacts.V1.StreamChangesResponse;

namespace ContactPlatform.Deliverability.WebhookDeliveries;

/// <summary>Tells webhooks what Contacts tells: to whom it happened, since what else there is to know can be asked for.</summary>
public static class ContactNotes
{
    /// <summary>What a change of Contacts is to webhooks.</summary>
    public static IEnumerable<WebhookNote> Of(ContactsChange change)
    {
        var (type, ids) = Find(change);
        return ids.Select(id => WebhookNote.Of(type, id, change.ChangeTime.ToDateTime(), change.Actor, change.RunId, data =>
        {
            if (change.ContactMerged is { } merged)
            {
                data.SurvivorContactId = merged.SurvivorContactId;
            }
            else if (change.RecordStateChanged is { } state)
            {
                data.RecordInactive = state.Inactive;
            }
        }));
    }

    private static (WebhookEventType Type, IReadOnlyList<long> ContactIds) Find(ContactsChange change) => change.ChangeCase switch
    {
        ContactsChange.ChangeOneofCase.ContactsCreated => (WebhookEventType.ContactCreated, change.ContactsCreated.ContactIds),
        ContactsChange.ChangeOneofCase.ContactsUpdated => (WebhookEventType.ContactUpdated, change.ContactsUpdated.ContactIds),
        ContactsChange.ChangeOneofCase.ContactsDeleted => (WebhookEventType.ContactDeleted, change.ContactsDeleted.ContactIds),
        ContactsChange.ChangeOneofCase.ContactsErased => (WebhookEventType.ContactErased, change.ContactsErased.ContactIds),
        ContactsChange.ChangeOneofCase.ContactMerged => (WebhookEventType.ContactMerged, [change.ContactMerged.MergedContactId]),
        ContactsChange.ChangeOneofCase.RecordStateChanged => (WebhookEventType.ContactRecordStateChanged, change.RecordStateChanged.ContactIds),
        ContactsChange.ChangeOneofCase.ContactsUnsubscribed => (WebhookEventType.ContactUnsubscribed, change.ContactsUnsubscribed.ContactIds),
        ContactsChange.ChangeOneofCase.ContactsResubscribed => (WebhookEventType.ContactResubscribed, change.ContactsResubscribed.ContactIds),
        // Stages that an import names are told by Funnel, once they are so.
        _ => (WebhookEventType.Unspecified, []),
    };
}
