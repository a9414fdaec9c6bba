using ContactPlatform.Contacts.Changes;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>Serves ContactService: what changes contacts. What reads them is in ContactReadsEndpoint.cs.</summary>
public sealed partial class ContactEndpoint(
    ContactsDbContext db, ContactStore store, ContactPages pages, ContactFieldStore fields, TombstoneStore tombstones, SuppressionStore suppressions, TimelineStore timeline, RequestIds requests, IdSequence ids, TimeProvider time)
    : V1.ContactService.ContactServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.CreateContactResponse> CreateContact(V1.CreateContactRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (values, fieldChange, labelIds, requestId) = ContactProto.Read(request);
        var caller = Caller.Of(context);
        var body = request.Clone();
        body.RequestId = "";
        OutboxRow? change = null;
        for (var attempt = 1; ; attempt++)
        {
            // Keeps the custom fields from changing, and the addresses from being unsubscribed.
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            try
            {
                var (id, created) = await requests.OnceAsync(caller, "CreateContact", requestId, body, () => AddAsync(), cancel);
                await transaction.CommitAsync(cancel);
                var contact = await db.Contacts.AsNoTracking().SingleOrDefaultAsync(c => c.ContactId == id, cancel) ?? throw new RefusalException(await store.MissingAsync(id, cancel));
                return new()
                {
                    Contact = await store.WithLabelsAsync(contact, cancel),
                    ChangeToken = created ? change!.Position : await store.LastPositionAsync(cancel),
                };
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && ConstraintFaults.LostRace(e))
            {
                // Decided anew: now the contact or the missing label that won is seen, and named in the refusal.
                db.ChangeTracker.Clear();
            }
        }

        async Task<long> AddAsync()
        {
            var wanted = await fields.ResolveAsync(fieldChange, cancel);
            var existing = await store.ExistingLabelsAsync(labelIds, cancel);
            var violations = new Violations();
            for (var i = 0; i < labelIds.Count; i++)
            {
                violations.Check(existing.Contains(labelIds[i]), $"label_ids[{i}]", $"is {labelIds[i]}; the account has no such label");
            }
            violations.ThrowIfAny();
            // First: from here on nobody unsubscribes or erases an address.
            var unsubscribed = await suppressions.ShareAsync(values.Email, values.Phone, cancel);
            RefusalException.ThrowIf(await store.ConflictAsync(values, exceptId: 0, cancel));
            RefusalException.ThrowIf(await tombstones.CheckAsync(values.Email, values.Phone, cancel));
            var now = time.UtcNow();
            var contact = new Contact { AccountId = caller.AccountId, ContactId = await ids.NextAsync(cancel), CreateTime = now, UpdateTime = now, UnsubscribedTime = unsubscribed ? now : null };
            values.CopyTo(contact);
            await fields.ChangeAsync(contact.ContactId, wanted, all: false, cancel);
            change = ContactChanges.Created(caller, now, contact.ContactId);
            db.Add(contact);
            db.AddRange(existing.Select(label => new LabelMember { AccountId = caller.AccountId, LabelId = label, ContactId = contact.ContactId }));
            db.Add(change);
            await timeline.AddAsync(contact.ContactId, TimelineAct.Of(caller, now), TimelineEvents.Created(existing), cancel);
            if (unsubscribed)
            {
                await ComesUnsubscribedAsync(contact, caller, cancel);
            }
            return contact.ContactId;
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.UpdateContactResponse> UpdateContact(V1.UpdateContactRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var (id, given, fieldChange, mask) = ContactProto.Read(request);
        for (var attempt = 1; ; attempt++)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var unsubscribed = (given.Email ?? given.Phone) is not null && await suppressions.ShareAsync(given.Email, given.Phone, cancel);
            var wanted = await fields.ResolveAsync(fieldChange, cancel);
            var contact = await store.HoldAsync(id, cancel);
            RefusalException.ThrowIf(Etag.Check(request.Contact.Etag, contact.Version));
            var before = ContactValues.Of(contact);
            var after = ContactDecisions.Update(before, given, mask).OrThrow();
            if (!await fields.ChangeAsync(id, wanted, fieldChange.All, cancel) && after == before)
            {
                return new() { Contact = await store.WithLabelsAsync(contact, cancel) };
            }
            RefusalException.ThrowIf(await store.ConflictAsync(after, id, cancel));
            RefusalException.ThrowIf(await tombstones.CheckAsync(after.Email == before.Email ? null : after.Email, after.Phone == before.Phone ? null : after.Phone, cancel));
            after.CopyTo(contact);
            try
            {
                if (unsubscribed && contact.UnsubscribedTime is null)
                {
                    contact.UnsubscribedTime = time.UtcNow();
                    await ComesUnsubscribedAsync(contact, Caller.Of(context), cancel);
                }
                else if (contact.UnsubscribedTime is not null && (after.Email, after.Phone) != (before.Email, before.Phone))
                {
                    await suppressions.KeepAsync([after.Email, after.Phone], Caller.Of(context).Actor, time.UtcNow(), cancel);
                }
                var change = await SaveAsync(contact, Caller.Of(context), ContactChanges.Updated, TimelineEvents.Updated(after.Differing(before), fields.Changed()), cancel);
                var reply = new V1.UpdateContactResponse { Contact = await store.WithLabelsAsync(contact, cancel), ChangeToken = change.Position };
                await transaction.CommitAsync(cancel);
                return reply;
            }
            catch (DbUpdateException e) when (attempt < ConstraintFaults.Attempts && ConstraintFaults.LostRace(e))
            {
                // Somebody took the email or the phone meanwhile: decided anew, and named in the refusal.
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <inheritdoc/>
    public override async Task<V1.DeleteContactResponse> DeleteContact(V1.DeleteContactRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        violations.ThrowIfAny();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var contact = await store.HoldAsync(id, cancel);
        RefusalException.ThrowIf(Etag.Check(request.Etag, contact.Version));
        await store.ForgetAsync(id, cancel);
        // Its labels, lists and custom fields go with it, by the foreign keys.
        db.Remove(contact);
        var change = ContactChanges.Deleted(Caller.Of(context), time.UtcNow(), id);
        db.Add(change);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return new() { ChangeToken = change.Position };
    }

    /// <inheritdoc/>
    public override async Task<V1.SetRecordStateResponse> SetRecordState(V1.SetRecordStateRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var id = violations.Id(request.ContactId, "contact_id");
        var state = ContactProto.Read(request.RecordState, violations);
        var requestId = violations.RequestId(request.RequestId);
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var reply = new V1.SetRecordStateResponse();
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var (changed, first) = await requests.OnceAsync(caller, nameof(SetRecordState), requestId, new V1.SetRecordStateRequest(request) { RequestId = "" }, async () =>
        {
            var contact = await store.HoldAsync(id, cancel);
            RefusalException.ThrowIf(Etag.Check(request.Etag, contact.Version));
            if (contact.RecordState != state)
            {
                contact.RecordState = state;
                reply.ChangeToken = (await SaveAsync(contact, caller, (caller, now, ids) => ContactChanges.RecordStateChanged(caller, now, state == RecordState.Inactive, ids), TimelineEvents.RecordState(state), cancel)).Position;
            }
            reply.Contact = await store.WithLabelsAsync(contact, cancel);
            // What is remembered of the request is whether it changed something.
            return reply.ChangeToken.Length > 0 ? 1 : 0;
        }, cancel);
        if (first)
        {
            await transaction.CommitAsync(cancel);
            return reply;
        }
        // What a twin of this call did stands; what this one did before it saw that is undone.
        await transaction.RollbackAsync(cancel);
        var now = await db.Contacts.AsNoTracking().SingleOrDefaultAsync(c => c.ContactId == id, cancel) ?? throw new RefusalException(await store.MissingAsync(id, cancel));
        return new() { Contact = await store.WithLabelsAsync(now, cancel), ChangeToken = changed == 1 ? await store.LastPositionAsync(cancel) : "" };
    }

    /// <summary>Tells of a contact that got an address which was unsubscribed before.</summary>
    private async Task ComesUnsubscribedAsync(Contact contact, Caller caller, CancellationToken cancellationToken)
    {
        await timeline.AddAsync(contact.ContactId, TimelineAct.Of(caller, contact.UnsubscribedTime!.Value), TimelineEvents.Consent(unsubscribed: true, "an address of it was unsubscribed before"), cancellationToken);
        db.Add(ContactChanges.Unsubscribed(caller, contact.UnsubscribedTime.Value, contact.ContactId));
        await suppressions.KeepAsync([contact.Email, contact.Phone], caller.Actor, contact.UnsubscribedTime.Value, cancellationToken);
    }

    private async Task<OutboxRow> SaveAsync(Contact contact, Caller caller, Func<Caller, DateTime, IEnumerable<long>, OutboxRow> change, V1.TimelineEvent what, CancellationToken cancellationToken)
    {
        contact.UpdateTime = time.UtcNow();
        contact.Version++;
        var row = change(caller, contact.UpdateTime, [contact.ContactId]);
        db.Add(row);
        await timeline.AddAsync(contact.ContactId, TimelineAct.Of(caller, contact.UpdateTime), what, cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return row;
    }
}
