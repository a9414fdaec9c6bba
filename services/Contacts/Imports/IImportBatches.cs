using System.Data.Common;

namespace ContactPlatform.Contacts.Imports;

/// <summary>What an import does with the rows of a batch: see <see cref="ContactBatches"/> and <see cref="UnsubscribeBatches"/>.</summary>
public interface IImportBatches
{
    /// <summary>Does what must be done before the batch's transaction. Called again when the batch has lost a race.</summary>
    Task PrepareAsync(ImportBatch batch, CancellationToken cancellationToken);

    /// <summary>Does the batch in its transaction, in which the import is held already.</summary>
    Task<ImportOutcome> WriteAsync(DbTransaction transaction, ImportBatch batch, CancellationToken cancellationToken);

    /// <summary>Notes that the batch is committed.</summary>
    void Committed(ImportOutcome outcome);
}
