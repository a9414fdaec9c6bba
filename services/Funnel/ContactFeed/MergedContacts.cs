using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.Stages;

namespace ContactPlatform.Funnel.ContactFeed;

/// <summary>Follows merges: ends the contact that is gone, and may give its stage to the one that stays. Both histories stay as they are.</summary>
public sealed class MergedContacts(StageStore stages, ContactFeedStore store)
{
    /// <summary>Applies a merge within the open transaction. Doing it again changes nothing.</summary>
    public async Task MergeAsync(ContactMerged merge, Act act, CancellationToken cancellationToken)
    {
        // Ended first: after that nobody moves it any more.
        await store.EndMergedAsync(merge.SurvivorContactId, merge.MergedContactId, act.Time, cancellationToken);
        var merged = await stages.FindAsync(merge.MergedContactId, cancellationToken);
        while (merged is not null && await stages.FindAsync(merge.SurvivorContactId, cancellationToken) is { DeleteTime: null } survivor)
        {
            var to = StageDecisions.Merge(survivor.Standing, merged.Standing);
            if (to == survivor.Standing)
            {
                return;
            }
            var at = act with { Time = StageDecisions.ChangeTime(survivor, act.Time) };
            if (await stages.SaveAsync(new(survivor, to, at), wait: true, cancellationToken) is not null)
            {
                return;
            }
            // Somebody moved it since it was read: decided anew.
        }
    }
}
