using System.Data.Common;
using ContactPlatform.Contacts.Consent;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.ImportUndos;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Batches that create and change contacts: their data, labels, timelines, what undoing needs, changes to tell.</summary>
public sealed class ContactBatches(ContactsDbContext db, IdSequence ids, LabelLeases labels, TombstoneStore tombstones, SuppressionStore suppressions, TimelineStore timeline, RunRow run, ImportPlan plan, ImportColumns columns, TimeProvider time) : IImportBatches
{
    private readonly long account = run.AccountId;
    private readonly DryRunKeys dryRunKeys = new();
    private readonly ImportDecisions decisions = new(plan, Header(columns, ImportField.Labels));
    private Dictionary<string, long> labelIds = [];
    private List<long> used = [];

    /// <inheritdoc/>
    public async Task PrepareAsync(ImportBatch batch, CancellationToken cancellationToken)
    {
        labelIds = await LabelsAsync(batch, cancellationToken);
        used = batch.Lines.Where(l => l.Problems.Count == 0).SelectMany(l => l.Labels.Keys).Distinct()
            .Where(labelIds.ContainsKey).Select(k => labelIds[k]).Union(plan.Config.LabelIds).ToList();
        if (!plan.Config.DryRun)
        {
            await labels.HoldAsync(account, used, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<ImportOutcome> WriteAsync(DbTransaction transaction, ImportBatch batch, CancellationToken cancellationToken)
    {
        await AddressGate.ShareAsync(db, cancellationToken);
        await ShareLabelsAsync(transaction, used, cancellationToken);
        await ShareFieldsAsync(batch, cancellationToken);
        var known = await ImportKnown.FindAsync(transaction, account, batch.Lines, used, [.. columns.Custom.Select(c => c.Field.CustomFieldId)], cancellationToken);
        var erased = await tombstones.ErasedAsync(batch.Lines.Where(l => l.Problems.Count == 0).SelectMany(l => (string[])[l.Email, l.Phone])
            .Where(a => a.Length > 0 && !known.ContainsKey(a)), cancellationToken);
        var outcome = decisions.Decide(batch.Lines, known, labelIds, dryRunKeys.Contains, erased.Contains);
        var now = time.UtcNow();
        await SetIdsAsync(outcome, cancellationToken);
        await UnsubscribeAsync(outcome, now, cancellationToken);
        if (!plan.Config.DryRun)
        {
            await ImportStore.WriteAsync(transaction, account, outcome, now, cancellationToken);
            await ImportRecords.WriteAsync(db, transaction, run.RunId, batch.Lines[^1].Number, outcome, now, cancellationToken);
            await timeline.AddManyAsync(new(run.Actor, TimelineCause.Import, run.RunId, now), Happened(outcome), cancellationToken);
            db.Outbox.AddRange(Changes(outcome, now).Select(c => OutboxRow.Of(account, c)));
            await db.SaveChangesAsync(cancellationToken);
            labels.ThrowIfLost();
        }
        return outcome;
    }

    /// <inheritdoc/>
    public void Committed(ImportOutcome outcome)
    {
        if (plan.Config.DryRun)
        {
            dryRunKeys.Add(outcome.Created.Select(d => d.Key));
        }
    }

    /// <summary>Marks the contacts that get an address which was unsubscribed: nothing that a row says outweighs it.</summary>
    private async Task UnsubscribeAsync(ImportOutcome outcome, DateTime now, CancellationToken cancellationToken)
    {
        var gained = outcome.Created.Select(d => (Draft: d, Addresses: (string?[])[d.Email, d.Phone]))
            .Concat(outcome.Changed.Where(d => d.ChangedFields.Contains("phone")).Select(d => (Draft: d, Addresses: (string?[])[d.Phone]))).ToList();
        var unsubscribed = await suppressions.FindAsync(gained.SelectMany(g => g.Addresses).OfType<string>(), cancellationToken);
        foreach (var (draft, _) in unsubscribed.Count == 0 ? [] : gained.Where(g => g.Draft.UnsubscribedTime is null && g.Addresses.Any(a => a is not null && unsubscribed.Contains(a))))
        {
            draft.UnsubscribedTime = now;
            outcome.Unsubscribed.Add(draft.ContactId);
        }
        var kept = gained.Where(g => g.Draft.UnsubscribedTime is not null).SelectMany(g => g.Addresses).ToList();
        if (kept.Count > 0 && !plan.Config.DryRun)
        {
            await suppressions.KeepAsync(kept, run.Actor, now, cancellationToken);
        }
    }

    /// <summary>Finds the labels that rows name, and makes those that are missing where that was asked for.</summary>
    private async Task<Dictionary<string, long>> LabelsAsync(ImportBatch batch, CancellationToken cancellationToken)
    {
        var named = new Dictionary<string, string>();
        foreach (var (key, name) in batch.Lines.Where(l => l.Problems.Count == 0).SelectMany(l => l.Labels))
        {
            named.TryAdd(key, name);
        }
        var found = await ImportLabels.FindAsync(db, named.Keys, cancellationToken);
        var missing = named.Where(n => !found.ContainsKey(n.Key)).ToDictionary();
        if (missing.Count == 0 || !plan.Config.CreateMissingLabels)
        {
            return found;
        }
        if (plan.Config.DryRun)
        {
            // They count as there; no contact carries a label of a negative id.
            foreach (var (position, (key, _)) in missing.Index())
            {
                found.Add(key, -1 - position);
            }
            return found;
        }
        await ImportLabels.CreateAsync(db, ids, missing, time.UtcNow(), cancellationToken);
        return await ImportLabels.FindAsync(db, named.Keys, cancellationToken);
    }

    /// <summary>Keeps the labels from going; a label of a row that has gone since it was found is looked for again.</summary>
    private async Task ShareLabelsAsync(DbTransaction transaction, List<long> used, CancellationToken cancellationToken)
    {
        used.RemoveAll(id => id < 0);
        var there = await ImportKnown.ShareLabelsAsync(transaction, account, used, cancellationToken);
        if (used.Find(id => !there.Contains(id)) is not 0 and var gone)
        {
            throw plan.Config.LabelIds.Contains(gone)
                ? new RefusalException(new Refusal(ContactsReasons.LabelNotFound, $"there is no label {gone} any more").With("label_id", gone))
                : new LabelGoneException();
        }
    }

    /// <summary>Keeps the custom fields from changing. Rows with a choice that was taken away since the import began are refused.</summary>
    private async Task ShareFieldsAsync(ImportBatch batch, CancellationToken cancellationToken)
    {
        var there = await new CustomFieldStore(db, timeline).ShareAsync([.. columns.Custom.Select(c => c.Field.FieldKey)], cancellationToken);
        foreach (var (index, field) in columns.Custom)
        {
            if (!there.TryGetValue(field.FieldKey, out var now) || now.CustomFieldId != field.CustomFieldId)
            {
                throw new RefusalException(new Refusal(ContactsReasons.CustomFieldNotFound, $"there is no custom field {field.FieldKey} any more").With("custom_field_id", field.CustomFieldId));
            }
            if (CustomFieldDecisions.Removed(field.Choices, now.Choices) is { Count: > 0 } gone)
            {
                ImportDecisions.RefuseGone(batch.Lines, field.CustomFieldId, columns.Header[index], gone);
            }
        }
    }

    private async Task SetIdsAsync(ImportOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.Created.Count == 0 || plan.Config.DryRun)
        {
            return;
        }
        var contactIds = await ids.TakeAsync(outcome.Created.Count, cancellationToken);
        foreach (var (draft, id) in outcome.Created.Zip(contactIds))
        {
            draft.ContactId = id;
        }
    }

    private static IEnumerable<(TimelineEvent What, IEnumerable<long> ContactIds)> Happened(ImportOutcome outcome)
    {
        yield return (TimelineEvents.Created([]), outcome.Created.Select(d => d.ContactId));
        foreach (var group in outcome.Changed.Where(d => d.DataChanged)
            .Select(d => (Draft: d, What: TimelineEvents.Updated(d.ChangedFields, d.Set.Select(v => v.FieldId)))).GroupBy(d => d.What))
        {
            yield return (group.Key, group.Select(d => d.Draft.ContactId));
        }
        if (outcome.Unsubscribed.Count > 0)
        {
            yield return (TimelineEvents.Consent(unsubscribed: true, "an address of it was unsubscribed before"), outcome.Unsubscribed);
        }
        foreach (var gained in outcome.Created.Concat(outcome.Changed).SelectMany(d => d.Gained, (d, label) => (label, d.ContactId)).GroupBy(g => g.label, g => g.ContactId))
        {
            yield return (TimelineEvents.Label(gained.Key, added: true), gained);
        }
    }

    private IEnumerable<StreamChangesResponse> Changes(ImportOutcome outcome, DateTime now)
    {
        if (outcome.Created.Count > 0)
        {
            var created = new ContactsCreated();
            created.ContactIds.Add(outcome.Created.Select(d => d.ContactId));
            yield return Change(c => c.ContactsCreated = created);
        }
        if (outcome.Changed.Any(d => d.DataChanged))
        {
            var updated = new ContactsUpdated();
            updated.ContactIds.Add(outcome.Changed.Where(d => d.DataChanged).Select(d => d.ContactId).Order());
            yield return Change(c => c.ContactsUpdated = updated);
        }
        if (outcome.Unsubscribed.Count > 0)
        {
            yield return Change(c => c.ContactsUnsubscribed = new() { ContactIds = { outcome.Unsubscribed.Order() } });
        }
        foreach (var group in outcome.Staged.GroupBy(d => d.Stage).OrderBy(g => g.Key))
        {
            var staged = new StagesImported { Stage = group.Key };
            staged.ContactIds.Add(group.Select(d => d.ContactId).Order());
            yield return Change(c => c.StagesImported = staged);
        }

        StreamChangesResponse Change(Action<StreamChangesResponse> set)
        {
            var change = new StreamChangesResponse { AccountId = account, ChangeTime = Timestamp.FromDateTime(now), Actor = run.Actor, RunId = run.RunId };
            set(change);
            return change;
        }
    }

    private static string Header(ImportColumns columns, ImportField field) =>
        columns.Fed.Where(f => f.Field == field).Select(f => columns.Header[f.Index]).FirstOrDefault("");

    /// <summary>A label that a row names went between finding and using it.</summary>
    private sealed class LabelGoneException() : ImportRaceException("a label went");
}
