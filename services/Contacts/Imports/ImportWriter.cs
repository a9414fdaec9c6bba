using System.Data.Common;
using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.Contacts.Labels;
using ContactPlatform.Contacts.Timelines;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Writes an import's batches, each in one transaction: contacts, labels, refused rows, changes to tell, counts, checkpoint.</summary>
public sealed class ImportWriter(ContactsDbContext db, IdSequence ids, LabelLeases labels, TombstoneStore tombstones, TimelineStore timeline, RunWork work, ImportRow import, ImportPlan plan, ImportColumns columns, TimeProvider time)
{
    /// <summary>Every lost race means that another import got ahead, so this many in a row are a fault.</summary>
    private const int MaximumRaces = 50;

    /// <summary>PostgreSQL's unique and foreign key violations, serialisation failure, deadlock.</summary>
    private static readonly string[] RaceStates = ["23505", "23503", "40001", "40P01"];

    /// <summary>SQL Server's unique index and key violations, foreign key violation, deadlock.</summary>
    private static readonly int[] RaceNumbers = [2601, 2627, 547, 1205];

    private readonly long account = work.Row.AccountId;
    private readonly DryRunKeys dryRunKeys = new();
    private readonly ImportDecisions decisions = new(plan, Header(columns, ImportField.Labels));
    private ImportCounts committed = ImportCounts.Of(work, import);

    /// <summary>Forgets what an earlier attempt of a dry run counted.</summary>
    public async Task StartOverAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.ImportErrors.Where(e => e.ImportId == import.ImportId).ExecuteDeleteAsync(cancellationToken);
        committed = ImportCounts.Zero;
        await CheckpointAsync(committed, 0, 0, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Writes a batch; one that loses a race against another writer is done again.</summary>
    public async Task WriteAsync(ImportBatch batch, CancellationToken cancellationToken)
    {
        for (var races = 1; ; races++)
        {
            try
            {
                committed = await WriteOnceAsync(batch, cancellationToken);
                return;
            }
            catch (Exception e) when (races < MaximumRaces && IsRace(e))
            {
                db.ChangeTracker.Clear();
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 20)), time, cancellationToken);
            }
        }
    }

    /// <summary>Notes that the whole file is dealt with.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        work.Row.TotalCount = committed.Done;
        work.Row.SetTime = work.Now;
        await CheckpointAsync(committed, work.Row.CursorId, import.ByteCount, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<ImportCounts> WriteOnceAsync(ImportBatch batch, CancellationToken cancellationToken)
    {
        var labelIds = await LabelsAsync(batch, cancellationToken);
        var used = batch.Lines.Where(l => l.Problems.Count == 0).SelectMany(l => l.Labels.Keys).Distinct()
            .Where(labelIds.ContainsKey).Select(k => labelIds[k]).Union(plan.Config.LabelIds).ToList();
        if (!plan.Config.DryRun)
        {
            await labels.HoldAsync(account, used, cancellationToken);
        }

        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var raw = transaction.GetDbTransaction();
        await ImportStore.HoldAsync(raw, account, import.ImportId, cancellationToken);
        await ShareLabelsAsync(raw, used, cancellationToken);
        await ShareFieldsAsync(batch, cancellationToken);
        var known = await ImportKnown.FindAsync(raw, account, batch.Lines, used, [.. columns.Custom.Select(c => c.Field.CustomFieldId)], cancellationToken);
        var erased = await tombstones.ErasedAsync(batch.Lines.Where(l => l.Problems.Count == 0).SelectMany(l => (string[])[l.Email, l.Phone])
            .Where(a => a.Length > 0 && !known.ContainsKey(a)), cancellationToken);
        var outcome = decisions.Decide(batch.Lines, known, labelIds, dryRunKeys.Contains, erased.Contains);
        if (!plan.Config.DryRun)
        {
            var now = time.UtcNow();
            await SetIdsAsync(outcome, cancellationToken);
            await ImportStore.WriteAsync(raw, account, outcome, now, cancellationToken);
            await timeline.AddManyAsync(new(work.Row.Actor, TimelineCause.Import, import.ImportId, now), Happened(outcome), cancellationToken);
            db.Outbox.AddRange(Changes(outcome, now).Select(c => OutboxRow.Of(account, c)));
            await db.SaveChangesAsync(cancellationToken);
            labels.ThrowIfLost();
        }
        await ImportStore.WriteErrorsAsync(raw, account, import.ImportId, outcome, cancellationToken);
        var counts = committed.Plus(outcome);
        await CheckpointAsync(counts, batch.Lines[^1].Number, batch.DoneBytes, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        db.ChangeTracker.Clear();
        if (plan.Config.DryRun)
        {
            dryRunKeys.Add(outcome.Created.Select(d => d.Key));
        }
        return counts;
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
        if (outcome.Created.Count == 0)
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
        foreach (var group in outcome.Staged.GroupBy(d => d.Stage).OrderBy(g => g.Key))
        {
            var staged = new StagesImported { Stage = group.Key };
            staged.ContactIds.Add(group.Select(d => d.ContactId).Order());
            yield return Change(c => c.StagesImported = staged);
        }

        StreamChangesResponse Change(Action<StreamChangesResponse> set)
        {
            var change = new StreamChangesResponse { AccountId = account, ChangeTime = Timestamp.FromDateTime(now), Actor = work.Row.Actor, RunId = import.ImportId };
            set(change);
            return change;
        }
    }

    private async Task CheckpointAsync(ImportCounts counts, long cursor, long doneBytes, CancellationToken cancellationToken)
    {
        await db.Imports.Where(i => i.ImportId == import.ImportId).ExecuteUpdateAsync(set => set
            .SetProperty(i => i.DoneByteCount, doneBytes)
            .SetProperty(i => i.CreatedCount, counts.Created)
            .SetProperty(i => i.UpdatedCount, counts.Updated)
            .SetProperty(i => i.UnchangedCount, counts.Unchanged)
            .SetProperty(i => i.RefusedCount, counts.Refused), cancellationToken);
        counts.CopyTo(work);
        work.Row.CursorId = cursor;
        await work.CheckpointAsync(db, cancellationToken);
    }

    private static string Header(ImportColumns columns, ImportField field) =>
        columns.Fed.Where(f => f.Field == field).Select(f => columns.Header[f.Index]).FirstOrDefault("");

    private static bool IsRace(Exception exception) => exception switch
    {
        LabelGoneException => true,
        PostgresException e => RaceStates.Contains(e.SqlState),
        SqlException e => RaceNumbers.Contains(e.Number),
        DbUpdateException { InnerException: DbException inner } => IsRace(inner),
        _ => false,
    };

    /// <summary>A label that a row names went between finding and using it.</summary>
    private sealed class LabelGoneException : Exception;
}
