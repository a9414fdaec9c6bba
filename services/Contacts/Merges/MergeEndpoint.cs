using ContactPlatform.Contacts.Changes;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Paging;
using ContactPlatform.ServiceDefaults.Requests;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.Merges;

/// <summary>Serves ContactMergeService. A merge is one transaction, and takes its locks in the order of everybody else.</summary>
public sealed class MergeEndpoint(ContactsDbContext db, ContactStore contacts, MergeStore store, SuppressionStore suppressions, TimelineStore timeline, RequestIds requests, TimeProvider time) : V1.ContactMergeService.ContactMergeServiceBase
{
    /// <inheritdoc/>
    public override async Task<V1.MergeContactsResponse> MergeContacts(V1.MergeContactsRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var violations = new Violations();
        var survivorId = violations.Id(request.SurvivorContactId, "survivor_contact_id");
        var mergedId = violations.Id(request.MergedContactId, "merged_contact_id");
        var requestId = violations.RequestId(request.RequestId);
        violations.Check(survivorId <= 0 || survivorId != mergedId, "merged_contact_id", "is the survivor itself; expected another contact");
        violations.ThrowIfAny();
        var caller = Caller.Of(context);
        var body = request.Clone();
        body.RequestId = "";
        for (var attempt = 1; ; attempt++)
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            Merged? merged = null;
            try
            {
                var (_, first) = await requests.OnceAsync(caller, "MergeContacts", requestId, body, async () =>
                {
                    merged = await MergeAsync(request, caller, cancel);
                    return survivorId;
                }, cancel);
                if (first)
                {
                    var reply = new V1.MergeContactsResponse { Contact = await contacts.WithLabelsAsync(merged!.Contact, cancel), FilledFields = { merged.Filled }, ChangeToken = merged.Change.Position };
                    await transaction.CommitAsync(cancel);
                    return reply;
                }
            }
            catch (LabelledMeanwhileException) when (attempt < ConstraintFaults.Attempts)
            {
                db.ChangeTracker.Clear();
                continue;
            }
            // A twin of this call has merged them.
            await transaction.RollbackAsync(cancel);
            var survivor = await db.Contacts.AsNoTracking().SingleOrDefaultAsync(c => c.ContactId == survivorId, cancel) ?? throw new RefusalException(await contacts.MissingAsync(survivorId, cancel));
            return new() { Contact = await contacts.WithLabelsAsync(survivor, cancel), ChangeToken = await contacts.LastPositionAsync(cancel) };
        }
    }

    private async Task<Merged> MergeAsync(V1.MergeContactsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var (survivorId, mergedId) = (request.SurvivorContactId, request.MergedContactId);
        await AddressGate.ShareAsync(db, cancellationToken);
        var shared = await store.ShareAsync(mergedId, cancellationToken);
        var survivor = survivorId < mergedId ? await contacts.HoldAsync(survivorId, cancellationToken) : null;
        // Whoever puts both on a list refers to this one first, and then would wait for what is copied to the other.
        var merged = await contacts.HoldAloneAsync(mergedId, cancellationToken);
        survivor ??= await contacts.HoldAsync(survivorId, cancellationToken);
        if ((Etag.Check(request.SurvivorEtag, survivor.Version) ?? Etag.Check(request.MergedEtag, merged.Version)) is { } stale)
        {
            throw new RefusalException(stale);
        }
        if (!await store.CarriesOnlyAsync(shared, mergedId, cancellationToken))
        {
            throw new LabelledMeanwhileException();
        }
        var (labelIds, listIds, fields) = await store.CopyAsync(survivorId, mergedId, cancellationToken);
        var now = time.UtcNow();
        var (values, filled) = MergeDecisions.Merge(ContactValues.Of(survivor), ContactValues.Of(merged));
        var (state, score) = (MergeDecisions.Merge(survivor.RecordState, merged.RecordState), Math.Max(survivor.LeadScore, merged.LeadScore));
        var act = TimelineAct.Of(caller, now, V1.TimelineCause.ContactMerge);
        foreach (var what in labelIds.Order().Select(l => TimelineEvents.Label(l, added: true)).Concat(listIds.Order().Select(l => TimelineEvents.List(l, added: true))))
        {
            await timeline.AddAsync(survivorId, act, what, cancellationToken);
        }
        await timeline.AddAsync(survivorId, act, TimelineEvents.Merged(survivorId, mergedId, filled, fields.Select(f => f.CustomFieldId)), cancellationToken);
        await store.RememberAsync(survivorId, merged, cancellationToken);
        // Who was merged into the one that goes now stands behind the one that stays.
        await db.ContactMerges.Where(m => m.SurvivorContactId == mergedId).ExecuteUpdateAsync(set => set.SetProperty(m => m.SurvivorContactId, survivorId), cancellationToken);
        db.Add(new ContactMerge { AccountId = caller.AccountId, MergedContactId = mergedId, SurvivorContactId = survivorId, MergeTime = now, ActorKind = caller.Actor.Kind, ActorSubject = caller.Actor.Subject });
        db.Remove(merged);
        db.Add(ContactChanges.Merged(caller, now, survivorId, mergedId));
        // Its email is free only now.
        await db.SaveChangesAsync(cancellationToken);
        values.CopyTo(survivor);
        var inactive = state != survivor.RecordState;
        if (survivor.UnsubscribedTime is null && merged.UnsubscribedTime is not null)
        {
            await timeline.AddAsync(survivorId, act, TimelineEvents.Consent(unsubscribed: true, ""), cancellationToken);
            db.Add(ContactChanges.Unsubscribed(caller, now, survivorId));
        }
        survivor.UnsubscribedTime = MergeDecisions.Merge(survivor.UnsubscribedTime, merged.UnsubscribedTime);
        if (survivor.UnsubscribedTime is not null)
        {
            await suppressions.KeepAsync([survivor.Email, survivor.Phone, merged.Email, merged.Phone], caller.Actor, now, cancellationToken);
        }
        (survivor.RecordState, survivor.LeadScore, survivor.UpdateTime) = (state, score, now);
        survivor.Version++;
        if (inactive)
        {
            await timeline.AddAsync(survivorId, act, TimelineEvents.RecordState(state), cancellationToken);
            db.Add(ContactChanges.RecordStateChanged(caller, now, inactive: true, survivorId));
        }
        db.Add(ContactChanges.Updated(caller, now, survivorId));
        await db.SaveChangesAsync(cancellationToken);
        var change = ContactChanges.Deleted(caller, now, mergedId);
        db.Add(change);
        await db.SaveChangesAsync(cancellationToken);
        return new(survivor, [.. filled, .. fields.Select(f => $"{FieldChange.MaskPath}.{f.FieldKey}")], change);
    }

    private sealed record Merged(Contact Contact, IReadOnlyList<string> Filled, OutboxRow Change);

    /// <summary>The contact that goes gained a label or a list between finding and holding it.</summary>
    private sealed class LabelledMeanwhileException : Exception;
}
