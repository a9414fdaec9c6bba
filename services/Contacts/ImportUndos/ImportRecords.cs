using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Contacts.Imports;
using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf;
using NpgsqlTypes;

namespace ContactPlatform.Contacts.ImportUndos;

/// <summary>
/// Records what undoing a batch needs, in the batch's transaction: of contacts that it makes only their ids, some bytes
/// each; of contacts that it changes what they had before.
/// </summary>
public static class ImportRecords
{
    private static readonly BulkColumn[] ChangeColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("import_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("number", NpgsqlDbType.Bigint),
        new("stage", NpgsqlDbType.Smallint), new("version", NpgsqlDbType.Bigint), new("change_time", NpgsqlDbType.TimestampTz), new("label_ids", NpgsqlDbType.Text),
    ];

    private static readonly BulkColumn[] ValueColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("import_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("number", NpgsqlDbType.Bigint),
        new("detail", NpgsqlDbType.Text),
    ];

    /// <summary>Records a batch; rows for new contacts are added to the context, which the caller saves.</summary>
    /// <param name="db">The context.</param>
    /// <param name="transaction">The batch's transaction.</param>
    /// <param name="importId">The import.</param>
    /// <param name="number">Number of the batch's last row.</param>
    /// <param name="outcome">What the batch did.</param>
    /// <param name="now">When.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task WriteAsync(ContactsDbContext db, DbTransaction transaction, long importId, long number, ImportOutcome outcome, DateTime now, CancellationToken cancellationToken)
    {
        var account = db.AccountId;
        db.ImportCreations.AddRange(outcome.Created.GroupBy(d => d.Stage).Select(group =>
        {
            var made = new ContactsCreated { ContactIds = { group.Select(d => d.ContactId) } };
            return new ImportCreationRow { AccountId = account, ImportId = importId, Number = number, Stage = (short)group.Key, ContactCount = made.ContactIds.Count, CreateTime = now, ContactIds = made.ToByteArray() };
        }));
        var changed = outcome.Changed.OrderBy(d => d.ContactId).ToList();
        if (changed.Count == 0)
        {
            return;
        }
        await BulkCopy.WriteAsync(transaction.Connection!, transaction, "import_changes", ChangeColumns, changed.Select(d => new object?[]
        {
            account, importId, d.ContactId, number, (short)d.Stage, d.Version + (d.DataChanged ? 1 : 0), now, JsonSerializer.Serialize(d.Gained),
        }), cancellationToken);
        await BulkCopy.WriteAsync(transaction.Connection!, transaction, "import_values", ValueColumns, changed.Where(d => d.DataChanged).Select(d => new object?[]
        {
            account, importId, d.ContactId, number, ImportChange.Of(d).Write(),
        }), cancellationToken);
    }
}
