using System.Data.Common;
using ContactPlatform.Contacts.CustomFields;
using ContactPlatform.Contacts.Merges;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Contacts;

/// <summary>Reads contacts with their labels and custom fields, and holds them while they are changed.</summary>
public sealed class ContactStore(ContactsDbContext db)
{
    /// <summary>
    /// Holds one contact until the transaction ends, without holding up who only refers to it. Taken after locks on
    /// labels, never before: see LabelStore.
    /// </summary>
    private static readonly SqlText Hold = new(
        "SELECT contact_id FROM contacts WHERE account_id = @account AND contact_id = @contact FOR NO KEY UPDATE",
        "SELECT contact_id FROM contacts WITH (UPDLOCK, ROWLOCK) WHERE account_id = @account AND contact_id = @contact");

    /// <summary>Holds one contact against everybody.</summary>
    private static readonly SqlText HoldAlone = new(
        "SELECT contact_id FROM contacts WHERE account_id = @account AND contact_id = @contact FOR UPDATE",
        "SELECT contact_id FROM contacts WITH (XLOCK, ROWLOCK) WHERE account_id = @account AND contact_id = @contact");

    /// <summary>
    /// Holds each contact by one look at its key, in the order of the ids: what others are changing is waited for, and
    /// looked at as it is then.
    /// </summary>
    private static readonly SqlText SetState = new(
        """
        WITH found AS MATERIALIZED (
          SELECT c.contact_id, c.record_state FROM unnest(@contacts) AS k(id)
          CROSS JOIN LATERAL (SELECT contact_id, record_state FROM contacts WHERE account_id = @account AND contact_id = k.id LIMIT 1 FOR NO KEY UPDATE) AS c),
        changed AS (
          UPDATE contacts c SET record_state = @state, update_time = @now, version = c.version + 1 FROM found f
          WHERE c.account_id = @account AND c.contact_id = f.contact_id AND f.record_state <> @state
          RETURNING c.contact_id)
        SELECT f.contact_id, d.contact_id IS NOT NULL FROM found f LEFT JOIN changed d ON d.contact_id = f.contact_id
        """,
        """
        DECLARE @found TABLE (contact_id bigint PRIMARY KEY, record_state smallint);
        DECLARE @changed TABLE (contact_id bigint PRIMARY KEY);
        INSERT INTO @found (contact_id, record_state) SELECT contact_id, record_state FROM contacts WITH (UPDLOCK, ROWLOCK)
          WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@contacts));
        UPDATE c SET record_state = @state, update_time = @now, version = c.version + 1 OUTPUT inserted.contact_id INTO @changed (contact_id)
          FROM contacts c JOIN @found f ON f.contact_id = c.contact_id WHERE c.account_id = @account AND f.record_state <> @state;
        SELECT f.contact_id, CAST(CASE WHEN d.contact_id IS NULL THEN 0 ELSE 1 END AS bit) FROM @found f LEFT JOIN @changed d ON d.contact_id = f.contact_id;
        """);

    private static readonly SqlText LabelIds = new(
        "SELECT contact_id, label_id FROM label_members WHERE account_id = @account AND contact_id = ANY(@ids)",
        "SELECT contact_id, label_id FROM label_members WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))");

    /// <summary>The columns name their table, because a bare transaction_id would be the text that is returned.</summary>
    private static readonly SqlText LastChange = new(
        "SELECT transaction_id::text, change_id FROM outbox ORDER BY outbox.transaction_id DESC, outbox.change_id DESC LIMIT 1",
        "SELECT TOP (1) CAST(CAST(row_version AS bigint) AS varchar(20)), change_id FROM outbox ORDER BY row_version DESC, change_id DESC");

    /// <summary>Reads one contact for a change, held until the transaction that is open ends.</summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND.</exception>
    public Task<Contact> HoldAsync(long contactId, CancellationToken cancellationToken) => ReadAsync(Hold, contactId, cancellationToken);

    /// <summary>
    /// Reads one contact that goes, held also against those who only refer to it: before anything is written that they might wait for
    /// while they refer to this one.
    /// </summary>
    /// <exception cref="RefusalException">CONTACT_NOT_FOUND.</exception>
    public Task<Contact> HoldAloneAsync(long contactId, CancellationToken cancellationToken) => ReadAsync(HoldAlone, contactId, cancellationToken);

    /// <summary>Holds one contact until the transaction that is open ends; false when the account has none of this id.</summary>
    public Task<bool> TryHoldAsync(long contactId, CancellationToken cancellationToken) => LockAsync(Hold, contactId, cancellationToken);

    private async Task<Contact> ReadAsync(SqlText hold, long contactId, CancellationToken cancellationToken)
    {
        if (!await LockAsync(hold, contactId, cancellationToken))
        {
            throw new RefusalException(await MissingAsync(contactId, cancellationToken));
        }
        return await db.Contacts.SingleAsync(c => c.ContactId == contactId, cancellationToken);
    }

    private async Task<bool> LockAsync(SqlText hold, long contactId, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(hold, db.Database.CurrentTransaction!.GetDbTransaction())
            .With("account", db.AccountId).With("contact", contactId);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>Sets the record state of many contacts within the open transaction.</summary>
    /// <param name="contactIds">Ascending, each once; 1,000 at a time keep SQL Server from locking the whole table.</param>
    /// <param name="state">The state.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Of each contact that exists, whether it changed.</returns>
    public async Task<Dictionary<long, bool>> SetStateAsync(long[] contactIds, RecordState state, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(SetState, db.Database.CurrentTransaction!.GetDbTransaction())
            .With("account", db.AccountId).WithIds("contacts", contactIds).With("state", (short)state).With("now", now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var changed = new Dictionary<long, bool>(contactIds.Length);
        while (await reader.ReadAsync(cancellationToken))
        {
            changed.Add(reader.GetInt64(0), reader.GetBoolean(1));
        }
        return changed;
    }

    /// <summary>The refusal when the account has no such contact: it names the one into which it was merged, if it was.</summary>
    public async Task<Refusal> MissingAsync(long contactId, CancellationToken cancellationToken) =>
        await db.ContactMerges.Where(m => m.MergedContactId == contactId).Select(m => (long?)m.SurvivorContactId).SingleOrDefaultAsync(cancellationToken) is { } survivor
            ? MergeDecisions.Merged(contactId, survivor) : ContactDecisions.NotFound(contactId);

    /// <summary>Removes what is kept of a contact that goes, and that is held, beside its own rows: its timeline, and who was merged into it.</summary>
    public async Task ForgetAsync(long contactId, CancellationToken cancellationToken)
    {
        // Also against those who only refer to it: what they are adding to its timeline is there then, and is removed.
        await LockAsync(HoldAlone, contactId, cancellationToken);
        await db.ContactEvents.Where(e => e.ContactId == contactId || db.ContactMerges.Any(m => m.SurvivorContactId == contactId && m.MergedContactId == e.ContactId)).ExecuteDeleteAsync(cancellationToken);
        await db.ContactMerges.Where(m => m.SurvivorContactId == contactId).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Finds another contact of the account that has one of the keys which must be unique.</summary>
    /// <returns>The refusal; null when there is none.</returns>
    public async Task<Refusal?> ConflictAsync(ContactValues values, long exceptId, CancellationToken cancellationToken)
    {
        var others = db.Contacts.AsNoTracking().Where(c => c.ContactId != exceptId);
        var (field, found) = values.Email is { } email
            ? ("email", others.Where(c => c.Email == email))
            : ("phone", others.Where(c => c.Email == null && c.Phone == values.Phone));
        return await found.Select(c => (long?)c.ContactId).FirstOrDefaultAsync(cancellationToken) is { } existing ? ContactDecisions.Exists(field, existing) : null;
    }

    /// <summary>Reads contacts with their labels and custom fields, ascending, in one round trip.</summary>
    /// <param name="contactIds">They exist in the snapshot that is open.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<V1.Contact>> ReadAsync(IReadOnlyList<long> contactIds, CancellationToken cancellationToken)
    {
        var contacts = new List<V1.Contact>(contactIds.Count);
        await CompleteAsync(contacts, [new(ContactRows.Given, row => contacts.Add(ContactRows.Read(row).ToProto()))], contactIds, cancellationToken);
        return contacts;
    }

    /// <summary>Writes contacts with their labels and custom fields, in the order given, in one round trip.</summary>
    public async Task<IReadOnlyList<V1.Contact>> WithLabelsAsync(IReadOnlyList<Contact> contacts, CancellationToken cancellationToken)
    {
        List<V1.Contact> shown = [.. contacts.Select(c => c.ToProto())];
        await CompleteAsync(shown, [], [.. contacts.Select(c => c.ContactId)], cancellationToken);
        return shown;
    }

    private async Task CompleteAsync(List<V1.Contact> contacts, IReadOnlyList<SqlRead> before, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }
        var writers = new Dictionary<long, Func<FieldValue, V1.CustomFieldValue>>();
        var (labels, values) = (new List<(long Contact, long Label)>(), new List<(long Contact, long Field, V1.CustomFieldValue Value)>());
        await db.ReadAsync(
            [.. before, new(CustomFieldRows.Used, AddWriter), new(LabelIds, row => labels.Add((row.GetInt64(0), row.GetInt64(1)))), new(CustomFieldRows.Values, AddValue)],
            command => command.WithIds("ids", ids), cancellationToken);
        var byId = contacts.ToDictionary(c => c.ContactId);
        foreach (var (contact, label) in labels.OrderBy(l => l.Label))
        {
            byId[contact].LabelIds.Add(label);
        }
        foreach (var (contact, _, value) in values.OrderBy(v => v.Field))
        {
            byId[contact].CustomFields.Add(value);
        }

        void AddWriter(DbDataReader row)
        {
            var field = CustomFieldRows.Read(row);
            writers.Add(field.CustomFieldId, CustomFieldProto.Writer(field));
        }

        void AddValue(DbDataReader row)
        {
            // Outside of a snapshot a field may come in between: its first values are shown next time.
            if (writers.TryGetValue(row.GetInt64(1), out var write))
            {
                values.Add((row.GetInt64(0), row.GetInt64(1), write(FieldValue.Read(row, 2))));
            }
        }
    }

    /// <summary>Writes one contact with its labels and custom fields.</summary>
    public async Task<V1.Contact> WithLabelsAsync(Contact contact, CancellationToken cancellationToken) => (await WithLabelsAsync([contact], cancellationToken))[0];

    /// <summary>Returns those of the labels that the account has.</summary>
    public async Task<HashSet<long>> ExistingLabelsAsync(IReadOnlyCollection<long> labelIds, CancellationToken cancellationToken) =>
        labelIds.Count == 0 ? [] : [.. await db.Labels.Where(l => labelIds.Contains(l.LabelId)).Select(l => l.LabelId).ToListAsync(cancellationToken)];

    /// <summary>Position of the latest change that is committed: not before any change that the caller can know of. Empty when there is none.</summary>
    public async Task<string> LastPositionAsync(CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = db.Database.GetDbConnection().Command(LastChange);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken)
                ? OutboxRow.Format(ulong.Parse(reader.GetString(0), System.Globalization.CultureInfo.InvariantCulture), reader.GetInt64(1))
                : "";
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
