using System.Data.Common;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Labels;

/// <summary>
/// Changes labels and their members within the transaction that is open. Everybody locks in one order, so that nobody
/// waits in a circle: labels by ascending id, then contacts by ascending id, then members.
/// </summary>
public sealed class LabelStore(ContactsDbContext db)
{
    /// <summary>Seconds that a statement over all members of a label may take.</summary>
    private const int BulkTimeout = 600;

    /// <summary>All members of a label, for <see cref="MemberStream"/>.</summary>
    internal static readonly SqlText Members = new(
        "SELECT contact_id FROM label_members WHERE account_id = @account AND label_id = @id ORDER BY contact_id");

    /// <summary>Keeps the label from going, and lets others do the same.</summary>
    private static readonly SqlText Share = new(
        "SELECT label_id FROM labels WHERE account_id = @account AND label_id = @label FOR KEY SHARE",
        "SELECT label_id FROM labels WITH (REPEATABLEREAD, ROWLOCK) WHERE account_id = @account AND label_id = @label");

    /// <summary>Keeps everybody from the label: no member comes or goes.</summary>
    private static readonly SqlText Hold = new(
        "SELECT label_id FROM labels WHERE account_id = @account AND label_id = @label FOR UPDATE",
        "SELECT label_id FROM labels WITH (XLOCK, ROWLOCK, HOLDLOCK) WHERE account_id = @account AND label_id = @label");

    private static readonly SqlText Add = new(
        "INSERT INTO label_members (account_id, label_id, contact_id) VALUES (@account, @label, @contact) ON CONFLICT DO NOTHING",
        """
        INSERT INTO label_members (account_id, label_id, contact_id) SELECT @account, @label, @contact
        WHERE NOT EXISTS (SELECT 1 FROM label_members WITH (UPDLOCK, HOLDLOCK) WHERE account_id = @account AND label_id = @label AND contact_id = @contact)
        """);

    private static readonly SqlText Remove = new(
        "DELETE FROM label_members WHERE account_id = @account AND label_id = @label AND contact_id = @contact");

    private static readonly SqlText Touch = new(
        "UPDATE contacts SET update_time = @now WHERE account_id = @account AND contact_id = @contact");

    private static readonly SqlText HoldContacts = new(
        """
        SELECT c.contact_id FROM unnest(@contacts) AS k(id)
        CROSS JOIN LATERAL (SELECT contact_id FROM contacts WHERE account_id = @account AND contact_id = k.id LIMIT 1 FOR NO KEY UPDATE) AS c
        """,
        """
        SELECT contact_id FROM contacts WITH (UPDLOCK, ROWLOCK)
        WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@contacts)) ORDER BY contact_id
        """);

    // Who puts a label on somebody holds the contact, and this statement begins when all are held: it sees every label that they
    // have. ON CONFLICT took PostgreSQL an eighth longer. A subquery that gives a value is looked up contact by contact,
    // where EXISTS may become a join that reads the whole label.
    private static readonly SqlText BatchAdd = new(
        """
        WITH changed AS (
          INSERT INTO label_members (account_id, label_id, contact_id) SELECT @account, @label, k.id FROM unnest(@contacts) AS k(id)
          WHERE (SELECT contact_id FROM label_members WHERE account_id = @account AND label_id = @label AND contact_id = k.id) IS NULL
          RETURNING contact_id),
        touched AS (
          UPDATE contacts c SET update_time = @now FROM changed d WHERE c.account_id = @account AND c.contact_id = d.contact_id)
        SELECT contact_id FROM changed
        """,
        """
        DECLARE @changed TABLE (contact_id bigint PRIMARY KEY);
        INSERT INTO label_members (account_id, label_id, contact_id) OUTPUT inserted.contact_id INTO @changed (contact_id)
          SELECT @account, @label, CAST(k.value AS bigint) FROM OPENJSON(@contacts) AS k WHERE NOT EXISTS (
            SELECT 1 FROM label_members m WITH (UPDLOCK, HOLDLOCK) WHERE m.account_id = @account AND m.label_id = @label AND m.contact_id = CAST(k.value AS bigint));
        UPDATE c SET update_time = @now FROM contacts c JOIN @changed d ON d.contact_id = c.contact_id WHERE c.account_id = @account;
        SELECT contact_id FROM @changed;
        """);

    private static readonly SqlText BatchRemove = new(
        """
        WITH changed AS (
          DELETE FROM label_members m USING unnest(@contacts) AS k(id) WHERE m.account_id = @account AND m.label_id = @label AND m.contact_id = k.id
          RETURNING m.contact_id),
        touched AS (
          UPDATE contacts c SET update_time = @now FROM changed d WHERE c.account_id = @account AND c.contact_id = d.contact_id)
        SELECT contact_id FROM changed
        """,
        """
        DECLARE @changed TABLE (contact_id bigint PRIMARY KEY);
        DELETE FROM label_members OUTPUT deleted.contact_id INTO @changed (contact_id)
          WHERE account_id = @account AND label_id = @label AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@contacts));
        UPDATE c SET update_time = @now FROM contacts c JOIN @changed d ON d.contact_id = c.contact_id WHERE c.account_id = @account;
        SELECT contact_id FROM @changed;
        """);

    private static readonly SqlText TouchMembers = new(
        """
        WITH held AS MATERIALIZED (
          SELECT c.contact_id FROM contacts c JOIN label_members m ON m.account_id = c.account_id AND m.contact_id = c.contact_id
          WHERE m.account_id = @account AND m.label_id = @label ORDER BY c.contact_id FOR NO KEY UPDATE OF c)
        UPDATE contacts c SET update_time = @now FROM held h WHERE c.account_id = @account AND c.contact_id = h.contact_id
        """,
        """
        UPDATE c SET update_time = @now FROM contacts c JOIN label_members m ON m.account_id = c.account_id AND m.contact_id = c.contact_id
        WHERE m.account_id = @account AND m.label_id = @label
        """);

    private static readonly SqlText CopyMembers = new(
        """
        INSERT INTO label_members (account_id, label_id, contact_id)
        SELECT account_id, @target, contact_id FROM label_members WHERE account_id = @account AND label_id = @label
        ON CONFLICT DO NOTHING RETURNING contact_id
        """,
        """
        INSERT INTO label_members (account_id, label_id, contact_id) OUTPUT inserted.contact_id
        SELECT m.account_id, @target, m.contact_id FROM label_members m WHERE m.account_id = @account AND m.label_id = @label
          AND NOT EXISTS (SELECT 1 FROM label_members t WHERE t.account_id = @account AND t.label_id = @target AND t.contact_id = m.contact_id)
        """);

    private static readonly SqlText DeleteMembers = new(
        "DELETE FROM label_members WHERE account_id = @account AND label_id = @label RETURNING contact_id",
        "DELETE FROM label_members OUTPUT deleted.contact_id WHERE account_id = @account AND label_id = @label");

    private static readonly SqlText DeleteLabel = new("DELETE FROM labels WHERE account_id = @account AND label_id = @label");

    /// <summary>Keeps a label from going until the transaction ends.</summary>
    /// <exception cref="RefusalException">LABEL_NOT_FOUND.</exception>
    public Task ShareAsync(long labelId, CancellationToken cancellationToken) => LockAsync(Share, labelId, cancellationToken);

    /// <summary>Reads a label for a change, and keeps everybody else from it until the transaction ends.</summary>
    /// <exception cref="RefusalException">LABEL_NOT_FOUND.</exception>
    public async Task<Label> HoldAsync(long labelId, CancellationToken cancellationToken)
    {
        await LockAsync(Hold, labelId, cancellationToken);
        return await db.Labels.SingleAsync(l => l.LabelId == labelId, cancellationToken);
    }

    /// <summary>Puts the label on a contact that is held, or takes it off; false when nothing changed.</summary>
    public async Task<bool> ChangeAsync(bool add, long labelId, long contactId, DateTime now, CancellationToken cancellationToken)
    {
        await using var change = Command(add ? Add : Remove, labelId).With("contact", contactId);
        if (await change.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            return false;
        }
        await using var touch = Command(Touch).With("contact", contactId).With("now", now);
        await touch.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    /// <summary>Puts the label on many contacts, or takes it off.</summary>
    /// <param name="add">True to put it on.</param>
    /// <param name="labelId">The label, which is shared.</param>
    /// <param name="contactIds">Ascending, each once.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Of each contact that exists, whether it changed.</returns>
    public async Task<Dictionary<long, bool>> ChangeAsync(bool add, long labelId, long[] contactIds, DateTime now, CancellationToken cancellationToken)
    {
        await using var hold = Command(HoldContacts).WithIds("contacts", contactIds);
        var there = await IdsAsync(hold, cancellationToken);
        await using var change = Command(add ? BatchAdd : BatchRemove, labelId).WithIds("contacts", there).With("now", now);
        var changed = (await IdsAsync(change, cancellationToken)).ToHashSet();
        return there.ToDictionary(id => id, changed.Contains);
    }

    /// <summary>Gives the members of a label that is held to another one as well; they are touched already.</summary>
    /// <returns>Contacts that gained the other.</returns>
    public async Task<List<long>> CopyMembersAsync(long sourceId, long targetId, CancellationToken cancellationToken)
    {
        await using var command = Command(CopyMembers, sourceId).With("target", targetId);
        return await IdsAsync(command, cancellationToken);
    }

    /// <summary>
    /// Says of the members of a label that is held that they change, which also keeps them from being deleted meanwhile:
    /// what follows would refer to contacts that are gone.
    /// </summary>
    public async Task TouchMembersAsync(long labelId, DateTime now, CancellationToken cancellationToken)
    {
        await using var touch = Command(TouchMembers, labelId).With("now", now);
        touch.CommandTimeout = BulkTimeout;
        await touch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes a label that is held, and takes it off its members, who are touched already.</summary>
    /// <returns>The members that it had.</returns>
    public async Task<List<long>> DeleteAsync(long labelId, CancellationToken cancellationToken)
    {
        await using var delete = Command(DeleteMembers, labelId);
        var members = await IdsAsync(delete, cancellationToken);
        await using var label = Command(DeleteLabel, labelId);
        await label.ExecuteNonQueryAsync(cancellationToken);
        return members;
    }

    /// <summary>Finds another label of the account with the same name.</summary>
    /// <returns>The refusal; null when there is none.</returns>
    public async Task<Refusal?> ConflictAsync(string nameKey, long exceptId, CancellationToken cancellationToken) =>
        await db.Labels.AsNoTracking().Where(l => l.NameKey == nameKey && l.LabelId != exceptId).Select(l => (long?)l.LabelId).FirstOrDefaultAsync(cancellationToken) is { } existing
            ? LabelDecisions.Exists(existing) : null;

    /// <summary>Writes labels with the numbers of their members; one query for all counts.</summary>
    public async Task<IReadOnlyList<V1.Label>> WithCountsAsync(IReadOnlyList<Label> labels, CancellationToken cancellationToken)
    {
        var ids = labels.Select(l => l.LabelId).ToArray();
        var counts = ids.Length == 0 ? [] : await db.LabelMembers.Where(m => ids.Contains(m.LabelId)).GroupBy(m => m.LabelId)
            .Select(g => new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return [.. labels.Select(l => l.ToProto(counts.GetValueOrDefault(l.LabelId)))];
    }

    /// <summary>Writes one label with the number of its members.</summary>
    public async Task<V1.Label> WithCountAsync(Label label, CancellationToken cancellationToken) => (await WithCountsAsync([label], cancellationToken))[0];

    private static async Task<List<long>> IdsAsync(DbCommand command, CancellationToken cancellationToken)
    {
        command.CommandTimeout = BulkTimeout;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }
        return ids;
    }

    private async Task LockAsync(SqlText sql, long labelId, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, labelId);
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            throw new RefusalException(LabelDecisions.NotFound(labelId));
        }
    }

    private DbCommand Command(SqlText sql, long labelId) => Command(sql).With("label", labelId);

    private DbCommand Command(SqlText sql) =>
        db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);
}
