using ContactPlatform.Contacts.Changes;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Consent;

/// <summary>Serves ConsentService. Unsubscribing spreads to whoever has one of the contact's addresses; subscribing again never does.</summary>
public sealed class ConsentEndpoint(ContactsDbContext db, ContactStore contacts, SuppressionStore suppressions, UnsubscribeStore unsubscribes, TimelineStore timeline, TimeProvider time)
    : V1.ConsentService.ConsentServiceBase
{
    private const int MaximumReason = 500;

    /// <inheritdoc/>
    public override async Task<V1.UnsubscribeContactResponse> UnsubscribeContact(V1.UnsubscribeContactRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (id, reason) = Read(request.ContactId, request.Reason, required: false);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        // From here on no address moves, so which contacts have this one's is known, and all of them are locked by ascending id.
        await AddressGate.HoldAsync(db, cancel);
        var contact = await FindAsync();
        RefusalException.ThrowIf(Etag.Check(request.Etag, contact.Version));
        if (contact.UnsubscribedTime is not null)
        {
            return new() { Contact = await contacts.WithLabelsAsync(contact, cancel) };
        }
        RefusalException.ThrowIf(suppressions.Configured ? null : ErasureDecisions.NotConfigured());
        var caller = Caller.Of(context);
        var act = TimelineAct.Of(caller, time.UtcNow());
        var done = await unsubscribes.ApplyAsync([.. new[] { contact.Email, contact.Phone }.OfType<string>()], act, reason, dryRun: false, cancel);
        contact = await FindAsync();
        // Its record may have changed until it was locked.
        RefusalException.ThrowIf(Etag.Check(request.Etag, contact.Version - 1));
        var change = ContactChanges.Unsubscribed(caller, act.Time, done.ContactIds);
        db.Add(change);
        await db.SaveChangesAsync(cancel);
        var reply = new V1.UnsubscribeContactResponse { Contact = await contacts.WithLabelsAsync(contact, cancel), ChangeToken = change.Position, OtherCount = done.ContactIds.Count - 1 };
        await transaction.CommitAsync(cancel);
        return reply;

        async Task<Contact> FindAsync() => await db.Contacts.AsNoTracking().SingleOrDefaultAsync(c => c.ContactId == id, cancel) ?? throw new RefusalException(await contacts.MissingAsync(id, cancel));
    }

    /// <inheritdoc/>
    public override async Task<V1.ResubscribeContactResponse> ResubscribeContact(V1.ResubscribeContactRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (id, reason) = Read(request.ContactId, request.Reason, required: true);
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        await AddressGate.ShareAsync(db, cancel);
        var contact = await contacts.HoldAsync(id, cancel);
        RefusalException.ThrowIf(Etag.Check(request.Etag, contact.Version));
        var reply = new V1.ResubscribeContactResponse();
        if (contact.UnsubscribedTime is not null)
        {
            var caller = Caller.Of(context);
            var now = time.UtcNow();
            (contact.UnsubscribedTime, contact.SubscribedTime, contact.UpdateTime) = (null, now, now);
            contact.Version++;
            await suppressions.LiftAsync(new[] { contact.Email, contact.Phone }.OfType<string>(), caller, now, cancel);
            await timeline.AddAsync(id, TimelineAct.Of(caller, now), TimelineEvents.Consent(unsubscribed: false, reason), cancel);
            var change = ContactChanges.Resubscribed(caller, now, reason, id);
            db.Add(change);
            await db.SaveChangesAsync(cancel);
            reply.ChangeToken = change.Position;
        }
        reply.Contact = await contacts.WithLabelsAsync(contact, cancel);
        await transaction.CommitAsync(cancel);
        return reply;
    }

    private static (long Id, string Reason) Read(long contactId, string reason, bool required)
    {
        var violations = new Violations();
        var id = violations.Id(contactId, "contact_id");
        var text = violations.Text(reason, "reason", MaximumReason);
        violations.Check(!required || text.Length > 0, "reason", "is empty; say why the contact may be written to again");
        violations.ThrowIfAny();
        return (id, text);
    }
}
