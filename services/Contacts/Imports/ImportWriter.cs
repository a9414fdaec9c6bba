using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Imports;

/// <summary>Writes an import's batches, each in one transaction: what the rows do, refused rows, counts, checkpoint.</summary>
public sealed class ImportWriter(ContactsDbContext db, IImportBatches batches, RunWork work, ImportRow import, TimeProvider time)
{
    private readonly long account = work.Row.AccountId;
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
    public async Task WriteAsync(ImportBatch batch, CancellationToken cancellationToken) =>
        committed = await ImportRaces.WinAsync(db, time, () => WriteOnceAsync(batch, cancellationToken), cancellationToken);

    /// <summary>Notes that the whole file is dealt with.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        if (committed.Created >= TableStatistics.Noticeable)
        {
            await TableStatistics.RefreshAsync(db, cancellationToken);
        }
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        work.Row.TotalCount = committed.Done;
        work.Row.SetTime = work.Now;
        await CheckpointAsync(committed, work.Row.CursorId, import.ByteCount, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<ImportCounts> WriteOnceAsync(ImportBatch batch, CancellationToken cancellationToken)
    {
        await batches.PrepareAsync(batch, cancellationToken);
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var raw = transaction.GetDbTransaction();
        await ImportStore.HoldAsync(raw, account, import.ImportId, cancellationToken);
        var outcome = await batches.WriteAsync(raw, batch, cancellationToken);
        await ImportStore.WriteErrorsAsync(raw, account, import.ImportId, outcome, cancellationToken);
        var counts = committed.Plus(outcome);
        await CheckpointAsync(counts, batch.Lines[^1].Number, batch.DoneBytes, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        db.ChangeTracker.Clear();
        batches.Committed(outcome);
        return counts;
    }

    private async Task CheckpointAsync(ImportCounts counts, long cursor, long doneBytes, CancellationToken cancellationToken)
    {
        await db.Imports.Where(i => i.ImportId == import.ImportId).ExecuteUpdateAsync(set => set
            .SetProperty(i => i.DoneByteCount, doneBytes)
            .SetProperty(i => i.CreatedCount, counts.Created)
            .SetProperty(i => i.UpdatedCount, counts.Updated)
            .SetProperty(i => i.UnchangedCount, counts.Unchanged)
            .SetProperty(i => i.RememberedCount, counts.Remembered)
            .SetProperty(i => i.UnsubscribedCount, counts.Unsubscribed)
            .SetProperty(i => i.RefusedCount, counts.Refused), cancellationToken);
        counts.CopyTo(work);
        work.Row.CursorId = cursor;
        await work.CheckpointAsync(db, cancellationToken);
    }
}
