using System.Data.Common;
using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Sequences.ContactStatuses;

/// <summary>Writes what holds of contacts, for many at once. Whatever touches several contacts locks these rows first, by ascending id.</summary>
public sealed class ContactStatusStore(SequencesDbContext db)
{
    private static readonly BulkColumn[] ChangeColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint), new("version", NpgsqlDbType.Bigint), new("change_time", NpgsqlDbType.TimestampTz),
        new("actor_kind", NpgsqlDbType.Smallint), new("actor_subject", NpgsqlDbType.Varchar), new("actor_name", NpgsqlDbType.Varchar),
        new("from_opted_out", NpgsqlDbType.Boolean), new("from_call_status", NpgsqlDbType.Smallint), new("from_engagement", NpgsqlDbType.Smallint),
        new("to_opted_out", NpgsqlDbType.Boolean), new("to_call_status", NpgsqlDbType.Smallint), new("to_engagement", NpgsqlDbType.Smallint),
    ];

    // A row that is new is locked by having been inserted, one that was there by the second statement.
    private static readonly SqlText Ensure = new(
        """
        INSERT INTO contact_statuses (account_id, contact_id, opted_out, call_status, engagement, record_inactive, deleted, version)
        SELECT @account, id, false, 0, 1, false, false, 0 FROM unnest(@ids) AS id ORDER BY id
        ON CONFLICT (account_id, contact_id) DO NOTHING
        """,
        """
        INSERT INTO contact_statuses (account_id, contact_id, opted_out, call_status, engagement, record_inactive, deleted, version)
        SELECT @account, CAST(j.value AS bigint), 0, 0, 1, 0, 0, 0 FROM OPENJSON(@ids) AS j
        WHERE NOT EXISTS (SELECT 1 FROM contact_statuses s WITH (UPDLOCK, HOLDLOCK)
          WHERE s.account_id = @account AND s.contact_id = CAST(j.value AS bigint))
        """);

    private static readonly SqlText Lock = new(
        """
        SELECT s.contact_id, s.opted_out, s.call_status, s.record_inactive, s.deleted, s.version, s.engagement, s.engagement_time, s.first_working_time, s.opt_out_time, s.opt_in_time FROM contact_statuses AS s
        WHERE s.account_id = @account AND s.contact_id = ANY(@ids) ORDER BY s.contact_id FOR UPDATE
        """,
        """
        SELECT s.contact_id, s.opted_out, s.call_status, s.record_inactive, s.deleted, s.version, s.engagement, s.engagement_time, s.first_working_time, s.opt_out_time, s.opt_in_time FROM contact_statuses AS s WITH (UPDLOCK, ROWLOCK)
        WHERE s.account_id = @account AND s.contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids)) ORDER BY s.contact_id
        """);

    // Whoever another transaction holds is passed by: this never waits.
    private static readonly SqlText LockFree = new(
        """
        SELECT s.contact_id, s.opted_out, s.call_status, s.record_inactive, s.deleted, s.version, s.engagement, s.engagement_time, s.first_working_time, s.opt_out_time, s.opt_in_time
        FROM unnest(@ids) AS i(id) CROSS JOIN LATERAL (
          SELECT * FROM contact_statuses AS x WHERE x.account_id = @account AND x.contact_id = i.id FOR UPDATE SKIP LOCKED) AS s
        """,
        """
        SELECT s.contact_id, s.opted_out, s.call_status, s.record_inactive, s.deleted, s.version, s.engagement, s.engagement_time, s.first_working_time, s.opt_out_time, s.opt_in_time
        FROM contact_statuses AS s WITH (UPDLOCK, ROWLOCK, READPAST)
        WHERE s.account_id = @account AND s.contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    private static readonly SqlText Update = new(
        """
        UPDATE contact_statuses AS s SET opted_out = m.opted_out, call_status = m.call_status, engagement = m.engagement,
          engagement_time = m.engagement_time AT TIME ZONE 'UTC', first_working_time = m.first_working_time AT TIME ZONE 'UTC',
          opt_out_time = m.opt_out_time AT TIME ZONE 'UTC', opt_in_time = m.opt_in_time AT TIME ZONE 'UTC', version = m.version
        FROM unnest(ARRAY(SELECT json_array_elements(@moves::json))) AS j(move) CROSS JOIN LATERAL json_to_record(j.move) AS m(contact_id bigint, opted_out boolean, call_status smallint, engagement smallint, engagement_time timestamp, first_working_time timestamp,
          opt_out_time timestamp, opt_in_time timestamp, version bigint)
        WHERE s.account_id = @account AND s.contact_id = m.contact_id
        """,
        """
        UPDATE s SET opted_out = m.opted_out, call_status = m.call_status, engagement = m.engagement,
          engagement_time = m.engagement_time, first_working_time = m.first_working_time,
          opt_out_time = m.opt_out_time, opt_in_time = m.opt_in_time, version = m.version
        FROM contact_statuses AS s JOIN OPENJSON(@moves) WITH (contact_id bigint, opted_out bit, call_status smallint, engagement smallint,
          engagement_time datetime2(7), first_working_time datetime2(7), opt_out_time datetime2(7), opt_in_time datetime2(7), version bigint) AS m ON s.contact_id = m.contact_id
        WHERE s.account_id = @account
        """);

    /// <summary>Locks contacts within the open transaction.</summary>
    /// <param name="ids">At most 1,000, ascending, each once.</param>
    /// <param name="existing">Those of them that are known to exist, or to have existed: they get a row. Nothing is stored of any other that has none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A row for each.</returns>
    public async Task<Dictionary<long, ContactStatusRow>> LockAsync(IReadOnlyCollection<long> ids, IReadOnlyCollection<long> existing, CancellationToken cancellationToken)
    {
        await EnsureAsync(existing, cancellationToken);
        var rows = await ReadAsync(Lock, ids, cancellationToken);
        foreach (var id in ids.Where(id => !rows.ContainsKey(id)))
        {
            rows.Add(id, new() { AccountId = db.AccountId, ContactId = id });
        }
        return rows;
    }

    /// <summary>Locks those of contacts that have a row and that nobody else holds in this moment, within the open transaction.</summary>
    /// <param name="ids">At most 1,000, ascending, each once.</param>
    /// <param name="existing">Those of them that are known to exist, or to have existed: they get a row.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A row for each that is locked now.</returns>
    public async Task<Dictionary<long, ContactStatusRow>> LockFreeAsync(IReadOnlyCollection<long> ids, IReadOnlyCollection<long> existing, CancellationToken cancellationToken)
    {
        await EnsureAsync(existing, cancellationToken);
        return await ReadAsync(LockFree, ids, cancellationToken);
    }

    private async Task EnsureAsync(IReadOnlyCollection<long> existing, CancellationToken cancellationToken)
    {
        if (existing.Count > 0)
        {
            await using var ensure = Command(Ensure).WithIds("ids", existing);
            await ensure.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction()).With("account", db.AccountId);

    private async Task<Dictionary<long, ContactStatusRow>> ReadAsync(SqlText sql, IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        await using var command = Command(sql).WithIds("ids", ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new Dictionary<long, ContactStatusRow>(ids.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows[reader.GetInt64(0)] = new()
            {
                AccountId = db.AccountId,
                ContactId = reader.GetInt64(0),
                OptedOut = reader.GetBoolean(1),
                CallStatus = (V1.CallStatus)reader.GetInt16(2),
                RecordInactive = reader.GetBoolean(3),
                Deleted = reader.GetBoolean(4),
                Version = reader.GetInt64(5),
                Engagement = (V1.EngagementStatus)reader.GetInt16(6),
                EngagementTime = Time(7),
                FirstWorkingTime = Time(8),
                OptOutTime = Time(9),
                OptInTime = Time(10),
            };
        }
        return rows;

        DateTime? Time(int column) => reader.IsDBNull(column) ? null : DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc);
    }

    /// <summary>Writes what became of contacts that are locked, with their histories; the rows' new versions are one higher.</summary>
    /// <param name="moves">What became of them; of one contact several in their order, of which the last one stays.</param>
    /// <param name="time">When.</param>
    /// <param name="actorOf">Who did it to a contact.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(IReadOnlyCollection<ContactMove> moves, DateTime time, Func<long, Actor> actorOf, CancellationToken cancellationToken)
    {
        if (moves.Count == 0)
        {
            return;
        }
        await using var command = Command(Update).With("moves", JsonSerializer.Serialize(moves.GroupBy(m => m.To.ContactId).Select(g => g.Last()).Select(m => new
            {
                contact_id = m.To.ContactId,
                opted_out = m.To.OptedOut,
                call_status = (short)m.To.CallStatus,
                engagement = (short)m.To.Engagement,
                engagement_time = EnrollmentStore.Json(m.To.EngagementTime),
                first_working_time = EnrollmentStore.Json(m.To.FirstWorkingTime),
                opt_out_time = EnrollmentStore.Json(m.To.OptOutTime),
                opt_in_time = EnrollmentStore.Json(m.To.OptInTime),
                version = m.To.Version,
            })));
        await command.ExecuteNonQueryAsync(cancellationToken);
        await BulkCopy.WriteAsync(db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction(), "contact_status_changes", ChangeColumns, moves.Select(m => (Move: m, Actor: actorOf(m.To.ContactId))).Select(m => new object?[]
        {
            db.AccountId, m.Move.To.ContactId, m.Move.To.Version, time, (short)m.Actor.Kind, m.Actor.Subject, m.Actor.DisplayName,
            m.Move.From.OptedOut, (short)m.Move.From.CallStatus, (short)m.Move.From.Engagement, m.Move.To.OptedOut, (short)m.Move.To.CallStatus, (short)m.Move.To.Engagement,
        }), cancellationToken);
    }

    /// <summary>Notes whether records are inactive, of contacts that are locked.</summary>
    public Task SetRecordInactiveAsync(IReadOnlyCollection<long> ids, bool inactive, CancellationToken cancellationToken) =>
        db.ContactStatuses.Where(s => ids.Contains(s.ContactId) && s.RecordInactive != inactive)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.RecordInactive, inactive), cancellationToken);

    /// <summary>Notes later times of opting out that change nothing else, of a contact that is locked.</summary>
    public Task SetTimesAsync(ContactStatusRow row, CancellationToken cancellationToken) =>
        db.ContactStatuses.Where(s => s.ContactId == row.ContactId)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.OptOutTime, row.OptOutTime).SetProperty(s => s.OptInTime, row.OptInTime), cancellationToken);

    /// <summary>Notes that contacts are gone, of contacts that are locked.</summary>
    public Task DeleteAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken) =>
        db.ContactStatuses.Where(s => ids.Contains(s.ContactId) && !s.Deleted)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.Deleted, true), cancellationToken);
}
