using ContactPlatform.Contacts.V1;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>Writes down what happens to contacts, in the transaction that makes it happen.</summary>
public sealed class TimelineStore(ContactsDbContext db, IdSequence ids)
{
    private static readonly BulkColumn[] Common =
    [
        new("account_id", NpgsqlDbType.Bigint), new("event_time", NpgsqlDbType.TimestampTz), new("event_id", NpgsqlDbType.Bigint), new("cause", NpgsqlDbType.Smallint),
        new("actor_kind", NpgsqlDbType.Smallint), new("actor_subject", NpgsqlDbType.Varchar), new("actor_name", NpgsqlDbType.Varchar),
        new("run_id", NpgsqlDbType.Bigint), new("detail", NpgsqlDbType.Bytea),
    ];

    private static readonly BulkColumn[] OneColumns = [.. Common, new("contact_id", NpgsqlDbType.Bigint)];
    private static readonly BulkColumn[] BlockColumns = [.. Common, new("block_id", NpgsqlDbType.Bigint), new("members", NpgsqlDbType.Bytea)];

    /// <summary>Adds what happened to one contact to the context; whoever saves the change saves it too.</summary>
    public async Task AddAsync(long contactId, TimelineAct act, TimelineEvent what, CancellationToken cancellationToken) => db.Add(new ContactEventRow
    {
        AccountId = db.AccountId,
        ContactId = contactId,
        EventTime = act.Time,
        EventId = await ids.NextAsync(cancellationToken),
        Cause = (short)act.Cause,
        ActorKind = act.Actor.Kind,
        ActorSubject = act.Actor.Subject,
        ActorName = act.Actor.DisplayName,
        RunId = act.RunId,
        Detail = what.ToByteArray(),
    });

    /// <summary>
    /// Keeps contacts from going, and those who were merged from being forgotten: who stands for them. Of each that is
    /// there, or stands behind one that is, the id.
    /// </summary>
    private static readonly SqlText Share = new(
        """
        SELECT k.id FROM unnest(@contacts) AS k(id)
        LEFT JOIN contact_merges m ON m.account_id = @account AND m.merged_contact_id = k.id
        JOIN contacts c ON c.account_id = @account AND c.contact_id = COALESCE(m.survivor_contact_id, k.id)
        ORDER BY c.contact_id FOR KEY SHARE OF c
        """,
        """
        SELECT k.id FROM (SELECT CAST([value] AS bigint) AS id FROM OPENJSON(@contacts)) AS k
        LEFT JOIN contact_merges AS m ON m.account_id = @account AND m.merged_contact_id = k.id
        JOIN contacts AS c WITH (REPEATABLEREAD, ROWLOCK) ON c.account_id = @account AND c.contact_id = COALESCE(m.survivor_contact_id, k.id)
        ORDER BY c.contact_id
        """);

    /// <summary>Writes what happened to many contacts at once, in the open transaction.</summary>
    /// <param name="act">Who, why and when.</param>
    /// <param name="happened">What happened, each to how many contacts ever.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="late">True for what happened earlier and elsewhere: contacts may have gone since, and nothing is told of those. Otherwise they are held.</param>
    public async Task AddManyAsync(TimelineAct act, IEnumerable<(TimelineEvent What, IEnumerable<long> ContactIds)> happened, CancellationToken cancellationToken, bool late = false)
    {
        List<object?[]> ones = [], blocks = [];
        foreach (var (what, contactIds) in happened)
        {
            var detail = what.ToByteArray();
            foreach (var (block, members, only) in Blocks(contactIds))
            {
                if (only is { } contactId)
                {
                    ones.Add([.. Row(act, detail), contactId]);
                }
                else
                {
                    blocks.Add([.. Row(act, detail), block, members]);
                }
            }
        }
        if (late && ones.Count > 0)
        {
            // A bit of a block says nothing about anybody who is gone.
            long[] told = [.. ones.Select(o => (long)o[^1]!).Distinct().Order()];
            var there = await ShareAsync(told, cancellationToken);
            if (there.Count < told.Length)
            {
                // Who was merged while it was waited for is gone for that statement; the next one sees who stands for it.
                there.UnionWith(await ShareAsync([.. told.Where(id => !there.Contains(id))], cancellationToken));
            }
            ones.RemoveAll(o => !there.Contains((long)o[^1]!));
        }
        var eventIds = await ids.TakeAsync(ones.Count + blocks.Count, cancellationToken);
        foreach (var (row, eventId) in ones.Concat(blocks).Zip(eventIds))
        {
            row[2] = eventId;
        }
        await WriteAsync("contact_events", OneColumns, ones, cancellationToken);
        await WriteAsync("contact_event_blocks", BlockColumns, blocks, cancellationToken);
    }

    /// <summary>Sorts contacts into blocks; a block that would have one bit is told as its contact instead.</summary>
    public static IEnumerable<(long Block, byte[] Members, long? Only)> Blocks(IEnumerable<long> contactIds)
    {
        var blocks = new SortedDictionary<long, (byte[] Members, long First, bool More)>();
        foreach (var id in contactIds)
        {
            var (block, place) = (id / ContactEventBlockRow.Size, (int)(id % ContactEventBlockRow.Size));
            var (members, first, more) = blocks.TryGetValue(block, out var found) ? found : (new byte[ContactEventBlockRow.Size / 8], id, false);
            members[place / 8] |= (byte)(1 << (place % 8));
            blocks[block] = (members, first, more || first != id);
        }
        return blocks.Select(b => (b.Key, b.Value.Members, b.Value.More ? null : (long?)b.Value.First));
    }

    private async Task<HashSet<long>> ShareAsync(long[] contactIds, CancellationToken cancellationToken)
    {
        await using var command = db.Database.GetDbConnection().Command(Share, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId).WithIds("contacts", contactIds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var there = new HashSet<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            there.Add(reader.GetInt64(0));
        }
        return there;
    }

    private IEnumerable<object?> Row(TimelineAct act, byte[] detail) =>
        [db.AccountId, act.Time, 0L, (short)act.Cause, (short)act.Actor.Kind, act.Actor.Subject, act.Actor.DisplayName, act.RunId, detail];

    private async Task WriteAsync(string table, BulkColumn[] columns, List<object?[]> rows, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
        {
            await BulkCopy.WriteAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), table, columns, rows, cancellationToken);
        }
    }
}
