using System.Data.Common;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Contacts.Lists;

/// <summary>
/// Changes lists and their members within the transaction that is open. Everybody locks in one order: lists by ascending
/// id after labels, then contacts by ascending id, then members.
/// </summary>
public sealed class ContactListStore(ContactsDbContext db)
{
    /// <summary>All members of a list, for <see cref="MemberStream"/>.</summary>
    internal static readonly SqlText Members = new(
        "SELECT contact_id FROM contact_list_members WHERE account_id = @account AND contact_list_id = @id ORDER BY contact_id");

    /// <summary>Seconds that a statement over all members of a list may take.</summary>
    private const int BulkTimeout = 600;

    private static readonly SqlText Clear = new(
        "DELETE FROM contact_list_members WHERE account_id = @account AND contact_list_id = @list RETURNING contact_id",
        "DELETE FROM contact_list_members OUTPUT deleted.contact_id WHERE account_id = @account AND contact_list_id = @list");

    /// <summary>Keeps a list from going, and lets others do the same.</summary>
    private static readonly SqlText Share = new(
        "SELECT contact_list_id FROM contact_lists WHERE account_id = @account AND contact_list_id = @list FOR KEY SHARE",
        "SELECT contact_list_id FROM contact_lists WITH (REPEATABLEREAD, ROWLOCK) WHERE account_id = @account AND contact_list_id = @list");

    private static readonly SqlText ShareMany = new(
        "SELECT contact_list_id FROM contact_lists WHERE account_id = @account AND contact_list_id = ANY(@lists) ORDER BY contact_list_id FOR KEY SHARE",
        """
        SELECT contact_list_id FROM contact_lists WITH (REPEATABLEREAD, ROWLOCK)
        WHERE account_id = @account AND contact_list_id IN (SELECT CAST([value] AS bigint) FROM OPENJSON(@lists)) ORDER BY contact_list_id
        """);

    /// <summary>Keeps everybody from a list: no member comes or goes.</summary>
    private static readonly SqlText Hold = new(
        "SELECT contact_list_id FROM contact_lists WHERE account_id = @account AND contact_list_id = @list FOR UPDATE",
        "SELECT contact_list_id FROM contact_lists WITH (XLOCK, ROWLOCK, HOLDLOCK) WHERE account_id = @account AND contact_list_id = @list");

    // PostgreSQL reads a CTE as it is asked for: counting it first holds all contacts before the first is put on. Otherwise whoever takes
    // one of them alone to delete it, and then copies its lists to another of them, waits for us while we wait for him.
    private static readonly SqlText Add = new(
        """
        WITH found AS MATERIALIZED (
          SELECT c.contact_id FROM unnest(@contacts) AS k(id)
          CROSS JOIN LATERAL (SELECT contact_id FROM contacts WHERE account_id = @account AND contact_id = k.id LIMIT 1 FOR KEY SHARE) AS c),
        changed AS (
          INSERT INTO contact_list_members (account_id, contact_list_id, contact_id, add_time) SELECT @account, @list, contact_id, @now FROM found WHERE (SELECT COUNT(*) FROM found) > 0
          ON CONFLICT DO NOTHING RETURNING contact_id)
        SELECT f.contact_id, d.contact_id IS NOT NULL FROM found f LEFT JOIN changed d ON d.contact_id = f.contact_id
        """,
        """
        DECLARE @found TABLE (contact_id bigint PRIMARY KEY);
        DECLARE @changed TABLE (contact_id bigint PRIMARY KEY);
        INSERT INTO @found (contact_id) SELECT contact_id FROM contacts WITH (REPEATABLEREAD, ROWLOCK)
          WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@contacts));
        INSERT INTO contact_list_members (account_id, contact_list_id, contact_id, add_time) OUTPUT inserted.contact_id INTO @changed (contact_id)
          SELECT @account, @list, f.contact_id, @now FROM @found f WHERE NOT EXISTS (
            SELECT 1 FROM contact_list_members m WITH (UPDLOCK, HOLDLOCK) WHERE m.account_id = @account AND m.contact_list_id = @list AND m.contact_id = f.contact_id);
        SELECT f.contact_id, CAST(CASE WHEN d.contact_id IS NULL THEN 0 ELSE 1 END AS bit) FROM @found f LEFT JOIN @changed d ON d.contact_id = f.contact_id;
        """);

    private static readonly SqlText Remove = new(
        """
        WITH found AS MATERIALIZED (
          SELECT c.contact_id FROM unnest(@contacts) AS k(id)
          CROSS JOIN LATERAL (SELECT contact_id FROM contacts WHERE account_id = @account AND contact_id = k.id LIMIT 1) AS c),
        held AS MATERIALIZED (
          SELECT m.contact_id FROM found f
          CROSS JOIN LATERAL (SELECT contact_id FROM contact_list_members
            WHERE account_id = @account AND contact_list_id = @list AND contact_id = f.contact_id LIMIT 1 FOR UPDATE) AS m),
        changed AS (
          DELETE FROM contact_list_members m USING held h WHERE m.account_id = @account AND m.contact_list_id = @list AND m.contact_id = h.contact_id
          RETURNING m.contact_id)
        SELECT f.contact_id, d.contact_id IS NOT NULL FROM found f LEFT JOIN changed d ON d.contact_id = f.contact_id
        """,
        """
        DECLARE @found TABLE (contact_id bigint PRIMARY KEY);
        DECLARE @changed TABLE (contact_id bigint PRIMARY KEY);
        INSERT INTO @found (contact_id) SELECT contact_id FROM contacts
          WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@contacts));
        DELETE m OUTPUT deleted.contact_id INTO @changed (contact_id) FROM contact_list_members m JOIN @found f ON f.contact_id = m.contact_id
          WHERE m.account_id = @account AND m.contact_list_id = @list;
        SELECT f.contact_id, CAST(CASE WHEN d.contact_id IS NULL THEN 0 ELSE 1 END AS bit) FROM @found f LEFT JOIN @changed d ON d.contact_id = f.contact_id;
        """);

    /// <summary>Keeps a list from going until the transaction ends.</summary>
    /// <exception cref="RefusalException">CONTACT_LIST_NOT_FOUND.</exception>
    public Task ShareAsync(long listId, CancellationToken cancellationToken) => LockAsync(Share, listId, cancellationToken);

    /// <summary>Keeps lists from going until the transaction ends.</summary>
    /// <returns>Those that are there.</returns>
    public async Task<HashSet<long>> ShareAsync(IReadOnlyCollection<long> listIds, CancellationToken cancellationToken)
    {
        var there = new HashSet<long>(listIds.Count);
        if (listIds.Count > 0)
        {
            await using var command = db.Database.GetDbConnection().Command(ShareMany, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId).WithIds("lists", listIds);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                there.Add(reader.GetInt64(0));
            }
        }
        return there;
    }

    /// <summary>Reads a list for a change, and keeps everybody else from it until the transaction ends.</summary>
    /// <exception cref="RefusalException">CONTACT_LIST_NOT_FOUND.</exception>
    public async Task<ContactList> HoldAsync(long listId, CancellationToken cancellationToken)
    {
        await LockAsync(Hold, listId, cancellationToken);
        return await db.ContactLists.SingleAsync(l => l.ContactListId == listId, cancellationToken);
    }

    /// <summary>Puts contacts on a list, or takes them off.</summary>
    /// <param name="add">True to put them on.</param>
    /// <param name="listId">The list, which is shared.</param>
    /// <param name="contactIds">Ascending, each once.</param>
    /// <param name="now">Now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Of each contact that exists, whether it changed.</returns>
    public async Task<Dictionary<long, bool>> ChangeAsync(bool add, long listId, long[] contactIds, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = Command(add ? Add : Remove, listId).WithIds("contacts", contactIds);
        if (add)
        {
            command.With("now", now);
        }
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var changed = new Dictionary<long, bool>(contactIds.Length);
        while (await reader.ReadAsync(cancellationToken))
        {
            changed.Add(reader.GetInt64(0), reader.GetBoolean(1));
        }
        return changed;
    }

    /// <summary>Takes all contacts off a list that is held.</summary>
    /// <returns>Those that were on it.</returns>
    public async Task<List<long>> ClearAsync(long listId, CancellationToken cancellationToken)
    {
        await using var command = Command(Clear, listId);
        command.CommandTimeout = BulkTimeout;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetInt64(0));
        }
        return ids;
    }

    /// <summary>Tells of each contact that exists whether it is on a list now.</summary>
    public async Task<Dictionary<long, bool>> ReadAsync(long listId, long[] contactIds, CancellationToken cancellationToken) =>
        await db.Contacts.Where(c => contactIds.Contains(c.ContactId))
            .Select(c => new { c.ContactId, On = db.ContactListMembers.Any(m => m.ContactListId == listId && m.ContactId == c.ContactId) })
            .ToDictionaryAsync(c => c.ContactId, c => c.On, cancellationToken);

    /// <summary>Finds a list.</summary>
    /// <exception cref="RefusalException">CONTACT_LIST_NOT_FOUND.</exception>
    public async Task<ContactList> FindAsync(long listId, CancellationToken cancellationToken) =>
        await db.ContactLists.AsNoTracking().SingleOrDefaultAsync(l => l.ContactListId == listId, cancellationToken)
        ?? throw new RefusalException(ContactListDecisions.NotFound(listId));

    /// <summary>Finds another list of the account with the same name.</summary>
    /// <returns>The refusal; null when there is none.</returns>
    public async Task<Refusal?> ConflictAsync(string nameKey, long exceptId, CancellationToken cancellationToken) =>
        await db.ContactLists.AsNoTracking().Where(l => l.NameKey == nameKey && l.ContactListId != exceptId).Select(l => (long?)l.ContactListId).FirstOrDefaultAsync(cancellationToken) is { } existing
            ? ContactListDecisions.Exists(existing) : null;

    /// <summary>Writes lists with the numbers of their members; one query for all counts.</summary>
    public async Task<IReadOnlyList<V1.ContactList>> WithCountsAsync(IReadOnlyList<ContactList> lists, CancellationToken cancellationToken)
    {
        var ids = lists.Select(l => l.ContactListId).ToArray();
        var counts = ids.Length == 0 ? [] : await db.ContactListMembers.Where(m => ids.Contains(m.ContactListId)).GroupBy(m => m.ContactListId)
            .Select(g => new { g.Key, Count = g.LongCount() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        return [.. lists.Select(l => l.ToProto(counts.GetValueOrDefault(l.ContactListId)))];
    }

    /// <summary>Writes one list with the number of its members.</summary>
    public async Task<V1.ContactList> WithCountAsync(ContactList list, CancellationToken cancellationToken) => (await WithCountsAsync([list], cancellationToken))[0];

    private async Task LockAsync(SqlText sql, long listId, CancellationToken cancellationToken)
    {
        await using var command = Command(sql, listId);
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            throw new RefusalException(ContactListDecisions.NotFound(listId));
        }
    }

    private DbCommand Command(SqlText sql, long listId) =>
        db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId).With("list", listId);
}
