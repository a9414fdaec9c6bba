using System.Text.Json;
using ContactPlatform.Contacts.FunnelProjection;
using ContactPlatform.Deliverability.V1;
using Google.Protobuf.WellKnownTypes;
using DeliverabilityChange = ContactPlatform.Deliverability.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.DeliverabilityProjection;

/// <summary>
/// What changes of Deliverability come to, taken together: of each contact the one with the highest revision. So neither their
/// order matters, nor how they are parted into batches, nor whether a batch is applied twice.
/// </summary>
public sealed class DeliverabilityFold
{
    private readonly SortedDictionary<(long Account, long Contact), Deliverability.V1.ContactDeliverability> contacts = [];

    /// <summary>Number of contacts.</summary>
    public int Contacts => contacts.Count;

    /// <summary>Folds changes.</summary>
    public static DeliverabilityFold Of(IEnumerable<DeliverabilityChange> changes)
    {
        var fold = new DeliverabilityFold();
        foreach (var change in changes)
        {
            // Kinds that came later tell of something that is not kept here.
            foreach (var contact in change.DeliverabilityChanged?.Contacts ?? [])
            {
                var key = (change.AccountId, contact.ContactId);
                if (!fold.contacts.TryGetValue(key, out var known) || known.Revision < contact.Revision)
                {
                    fold.contacts[key] = contact;
                }
            }
        }
        return fold;
    }

    /// <summary>How many contacts a change tells of; 10 for a change of few, since the change itself costs as well.</summary>
    public static int Size(DeliverabilityChange change) => Math.Max(10, change.DeliverabilityChanged?.Contacts.Count ?? 0);

    /// <summary>Of contacts that unsubscribed by means of a message, when.</summary>
    public IReadOnlyDictionary<(long Account, long Contact), DateTime> Unsubscribed() =>
        contacts.Where(c => c.Value.UnsubscribeTime is not null).ToDictionary(c => c.Key, c => c.Value.UnsubscribeTime.ToDateTime());

    /// <summary>The contacts as JSON rows by ascending account and id: the order in which rows are locked.</summary>
    public string Rows() => JsonSerializer.Serialize(contacts.Select(c => new
    {
        account_id = c.Key.Account,
        contact_id = c.Key.Contact,
        revision = c.Value.Revision,
        status = (short)c.Value.Status,
        last_send_time = Json(c.Value.LastSendTime),
        last_open_time = Json(c.Value.LastOpenTime),
        last_click_time = Json(c.Value.LastClickTime),
    }));

    private static string? Json(Timestamp? time) => time is null ? null : FunnelFold.Json(time.ToDateTime());

}
