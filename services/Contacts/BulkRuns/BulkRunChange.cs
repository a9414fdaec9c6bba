using ContactPlatform.Contacts.Changes;
using ContactPlatform.Contacts.Contacts;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Lists;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Contacts.BulkRuns;

/// <summary>Does an action to many contacts within the open transaction, and tells of it: their timelines, and the feed.</summary>
public sealed class BulkRunChange(ContactsDbContext db, LabelStore labels, ContactListStore lists, ContactStore contacts, TimelineStore timeline)
{
    /// <summary>Changes contacts.</summary>
    /// <param name="action">What to do.</param>
    /// <param name="contactIds">To whom; ascending, each once.</param>
    /// <param name="act">Who, why and when.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Of each contact that exists, whether it changed.</returns>
    /// <exception cref="RefusalException">LABEL_NOT_FOUND, CONTACT_LIST_NOT_FOUND.</exception>
    public async Task<Dictionary<long, bool>> ApplyAsync(V1.BulkAction action, long[] contactIds, TimelineAct act, CancellationToken cancellationToken)
    {
        var (what, changed) = action.ActionCase switch
        {
            V1.BulkAction.ActionOneofCase.SetRecordState => await SetStateAsync((RecordState)action.SetRecordState),
            V1.BulkAction.ActionOneofCase.AddLabelId => await LabelAsync(add: true, action.AddLabelId),
            V1.BulkAction.ActionOneofCase.RemoveLabelId => await LabelAsync(add: false, action.RemoveLabelId),
            V1.BulkAction.ActionOneofCase.AddContactListId => await ListAsync(add: true, action.AddContactListId),
            _ => await ListAsync(add: false, action.RemoveContactListId),
        };
        await timeline.AddManyAsync(act, [(what, changed.Where(c => c.Value).Select(c => c.Key))], cancellationToken);
        return changed;

        async Task<(V1.TimelineEvent What, Dictionary<long, bool> Changed)> SetStateAsync(RecordState state)
        {
            var changed = await contacts.SetStateAsync(contactIds, state, act.Time, cancellationToken);
            if (changed.ContainsValue(true))
            {
                db.Add(ContactChanges.RecordStatesSet(new(db.AccountId, act.Actor), act.Time, act.RunId, state == RecordState.Inactive, changed.Where(c => c.Value).Select(c => c.Key)));
                await db.SaveChangesAsync(cancellationToken);
                db.ChangeTracker.Clear();
            }
            return (TimelineEvents.RecordState(state), changed);
        }

        async Task<(V1.TimelineEvent What, Dictionary<long, bool> Changed)> LabelAsync(bool add, long labelId)
        {
            await labels.ShareAsync(labelId, cancellationToken);
            return (TimelineEvents.Label(labelId, add), await labels.ChangeAsync(add, labelId, contactIds, act.Time, cancellationToken));
        }

        async Task<(V1.TimelineEvent What, Dictionary<long, bool> Changed)> ListAsync(bool add, long listId)
        {
            await lists.ShareAsync(listId, cancellationToken);
            return (TimelineEvents.List(listId, add), await lists.ChangeAsync(add, listId, contactIds, act.Time, cancellationToken));
        }
    }

    /// <summary>Of contacts that are gone, how many were erased.</summary>
    public Task<int> ErasedAsync(IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken) =>
        db.Tombstones.Where(t => contactIds.Contains(t.ContactId)).Select(t => t.ContactId).Distinct().CountAsync(cancellationToken);
}
