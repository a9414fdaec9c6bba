using System.Data.Common;
using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactAddresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.Deliverability.WebhookDeliveries;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Feeds;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Changes;

/// <summary>A contact and the address that it has.</summary>
/// <param name="ContactId">The contact.</param>
/// <param name="AddressId">Its address; null for none.</param>
/// <param name="LinkVersion">Counts the addresses that it had.</param>
public readonly record struct ContactLink(long ContactId, long? AddressId, long LinkVersion);

/// <summary>Tells others how contacts stand with mail, within the transaction that changed it.</summary>
public sealed class ContactAnnouncer(DeliverabilityDbContext db, WebhookOutbox outbox)
{
    /// <summary>Contacts in a change of the feed.</summary>
    public const int MaximumContacts = 5_000;

    /// <summary>The facts of which others are told the time, or that it holds no more.</summary>
    public static readonly IReadOnlyList<FactKind> Told = [FactKind.Sent, FactKind.Opened, FactKind.Clicked, FactKind.Unsubscribed, FactKind.Resubscribed];

    /// <summary>Position in the feed of the last change that was told; empty while there is none.</summary>
    public string Position { get; private set; } = "";

    private static readonly SqlText Linked = new(
        """
        SELECT c.contact_id, c.address_id, c.link_version FROM unnest(@ids) AS k(id)
        JOIN contact_addresses AS c ON c.account_id = @account AND c.address_id = k.id
        """,
        """
        SELECT contact_id, address_id, link_version FROM contact_addresses
        WHERE account_id = @account AND address_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    /// <summary>Tells of all contacts that have one of these addresses.</summary>
    /// <param name="states">The addresses, locked by the open transaction.</param>
    /// <param name="actor">Who made it known; null for the service itself.</param>
    /// <param name="now">When, UTC.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="runId">The run that did it; 0 for none.</param>
    public async Task TellAsync(IReadOnlyCollection<AddressState> states, Actor? actor, DateTime now, CancellationToken cancellationToken, long runId = 0)
    {
        if (states.Count == 0)
        {
            return;
        }
        var links = new List<ContactLink>();
        await using (var command = db.Database.GetDbConnection().Command(Linked, db.Database.CurrentTransaction?.GetDbTransaction()))
        {
            command.With("account", db.AccountId).WithIds("ids", [.. states.Select(s => s.AddressId)]);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                links.Add(new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
            }
        }
        await TellAsync(links, states.ToDictionary(s => s.AddressId), actor, now, cancellationToken, runId);
    }

    /// <summary>Tells of contacts, whatever they were before.</summary>
    public async Task TellAsync(IReadOnlyCollection<ContactLink> links, IReadOnlyDictionary<long, AddressState> states, Actor? actor, DateTime now, CancellationToken cancellationToken, long runId = 0)
    {
        OutboxRow? last = null;
        foreach (var part in links.OrderBy(l => l.ContactId).Chunk(MaximumContacts))
        {
            db.Outbox.Add(last = OutboxRow.Of(db.AccountId, new StreamChangesResponse
            {
                AccountId = db.AccountId,
                ChangeTime = Timestamp.FromDateTime(now),
                Actor = actor ?? Self,
                RunId = runId,
                DeliverabilityChanged = new() { Contacts = { part.Select(l => Show(l, l.AddressId is { } id ? states[id] : null)) } },
            }));
        }
        if (last is not null)
        {
            await db.SaveChangesAsync(cancellationToken);
            Position = last.Position;
            await outbox.AddAsync(links.OrderBy(l => l.ContactId).Select(l => Show(l, l.AddressId is { } id ? states[id] : null)).Where(c => c.FromStatus != c.Status)
                .Select(c => WebhookNote.Of(WebhookEventType.DeliverabilityStatusChanged, c.ContactId, now, actor ?? Self, runId,
                    data => data.StatusChange = new() { FromStatus = c.FromStatus, Status = c.Status, Revision = c.Revision })), now, cancellationToken);
        }
    }

    /// <summary>The service itself, where nobody else made it known.</summary>
    public static Actor Self => new() { Kind = ActorKind.Service, Subject = "service:deliverability", DisplayName = "deliverability" };

    private static ContactDeliverability Show(ContactLink link, AddressState? state) => new()
    {
        ContactId = link.ContactId,
        Revision = ContactAddressRow.Revision(link.LinkVersion, state?.Version ?? 0),
        FromStatus = state?.FromStatus ?? DeliverabilityStatus.New,
        Status = state?.Status ?? DeliverabilityStatus.New,
        LastSendTime = Show(state?.Facts[FactKind.Sent]),
        LastOpenTime = Show(state?.Facts[FactKind.Opened]),
        LastClickTime = Show(state?.Facts[FactKind.Clicked]),
        UnsubscribeTime = state?.Facts.Holds(FactKind.Unsubscribed, FactKind.Resubscribed) == true ? Show(state.Facts[FactKind.Unsubscribed]) : null,
        ResubscribeTime = Show(state?.Facts[FactKind.Resubscribed]),
    };

    private static Timestamp? Show(DateTime? time) => time is { } t ? Timestamp.FromDateTime(t) : null;
}
