using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NpgsqlTypes;

namespace ContactPlatform.Sequences.Enrollments;

/// <summary>Reads and writes enrolments, with their histories, for many at once and within an open transaction.</summary>
public sealed class EnrollmentStore(SequencesDbContext db)
{
    private static readonly BulkColumn[] Columns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("enrollment_id", NpgsqlDbType.Bigint), new("sequence_id", NpgsqlDbType.Bigint), new("contact_id", NpgsqlDbType.Bigint),
        new("status", NpgsqlDbType.Smallint), new("finish_reason", NpgsqlDbType.Smallint), new("flags", NpgsqlDbType.Smallint), new("last_step_id", NpgsqlDbType.Bigint),
        new("due_time", NpgsqlDbType.TimestampTz), new("wait_seconds", NpgsqlDbType.Bigint), new("enroll_time", NpgsqlDbType.TimestampTz), new("change_time", NpgsqlDbType.TimestampTz),
        new("version", NpgsqlDbType.Bigint), new("dispatch_id", NpgsqlDbType.Bigint),
    ];

    private static readonly BulkColumn[] ChangeColumns =
    [
        new("account_id", NpgsqlDbType.Bigint), new("enrollment_id", NpgsqlDbType.Bigint), new("version", NpgsqlDbType.Bigint), new("change_time", NpgsqlDbType.TimestampTz),
        new("actor_kind", NpgsqlDbType.Smallint), new("actor_subject", NpgsqlDbType.Varchar), new("actor_name", NpgsqlDbType.Varchar), new("cause", NpgsqlDbType.Smallint),
        new("from_status", NpgsqlDbType.Smallint), new("from_finish_reason", NpgsqlDbType.Smallint), new("from_flags", NpgsqlDbType.Smallint), new("from_ended", NpgsqlDbType.Boolean),
        new("to_status", NpgsqlDbType.Smallint), new("to_finish_reason", NpgsqlDbType.Smallint), new("to_flags", NpgsqlDbType.Smallint), new("to_ended", NpgsqlDbType.Boolean),
    ];

    private static readonly SqlText LockOpen = new(
        """
        SELECT e.enrollment_id, e.sequence_id, e.contact_id, e.status, e.finish_reason, e.flags, e.last_step_id, e.due_time, e.wait_seconds, e.resume_time, e.enroll_time, e.change_time, e.version, e.dispatch_id
        FROM unnest(@ids) AS i(id) CROSS JOIN LATERAL (
          SELECT * FROM enrollments AS x WHERE x.account_id = @account AND x.contact_id = i.id AND x.end_time IS NULL ORDER BY x.sequence_id FOR UPDATE) AS e
        """,
        """
        SELECT e.enrollment_id, e.sequence_id, e.contact_id, e.status, e.finish_reason, e.flags, e.last_step_id, e.due_time, e.wait_seconds, e.resume_time, e.enroll_time, e.change_time, e.version, e.dispatch_id
        FROM enrollments AS e WITH (UPDLOCK, ROWLOCK)
        WHERE e.account_id = @account AND e.end_time IS NULL AND e.contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        ORDER BY e.contact_id, e.sequence_id
        """);

    // Each is locked, or its update waits for whoever has it; one that is no longer as it was read is left out, and its caller finds too few.
    // Through an array, of which PostgreSQL expects 10 rows: of a set out of JSON it expects 100, and would read a middling table from end to end for one row.
    private static readonly SqlText Update = new(
        """
        UPDATE enrollments AS e SET contact_id = m.contact_id, status = m.status, finish_reason = m.finish_reason, flags = m.flags, last_step_id = m.last_step_id,
          due_time = m.due_time AT TIME ZONE 'UTC', wait_seconds = m.wait_seconds, resume_time = m.resume_time AT TIME ZONE 'UTC',
          change_time = m.change_time AT TIME ZONE 'UTC', end_time = m.end_time AT TIME ZONE 'UTC', version = m.version, dispatch_id = m.dispatch_id
        FROM unnest(ARRAY(SELECT json_array_elements(@moves::json))) AS j(move) CROSS JOIN LATERAL json_to_record(j.move) AS m(enrollment_id bigint, contact_id bigint, status smallint,
          finish_reason smallint, flags smallint, last_step_id bigint, due_time timestamp, wait_seconds bigint, resume_time timestamp, change_time timestamp, end_time timestamp, version bigint,
          dispatch_id bigint)
        WHERE e.account_id = @account AND e.enrollment_id = m.enrollment_id AND e.version = m.version - 1
        """,
        """
        UPDATE e SET contact_id = m.contact_id, status = m.status, finish_reason = m.finish_reason, flags = m.flags, last_step_id = m.last_step_id,
          due_time = m.due_time, wait_seconds = m.wait_seconds, resume_time = m.resume_time, change_time = m.change_time, end_time = m.end_time, version = m.version, dispatch_id = m.dispatch_id
        FROM enrollments AS e JOIN OPENJSON(@moves) WITH (enrollment_id bigint, contact_id bigint, status smallint, finish_reason smallint, flags smallint, last_step_id bigint,
          due_time datetime2(7), wait_seconds bigint, resume_time datetime2(7), change_time datetime2(7), end_time datetime2(7), version bigint, dispatch_id bigint) AS m
          ON e.enrollment_id = m.enrollment_id AND e.version = m.version - 1
        WHERE e.account_id = @account
        """);

    // Of rows that the open transaction has locked, so nothing of them can have changed. Times are microseconds of the Unix epoch, and
    // -1 stands for none: so every array is of numbers.
    private static readonly SqlText Place = new(
        """
        UPDATE enrollments AS e SET last_step_id = m.step, due_time = CASE WHEN m.due >= 0 THEN timestamptz 'epoch' + m.due * interval '1 microsecond' END,
          wait_seconds = NULLIF(m.wait, -1), dispatch_id = m.dispatch
        FROM unnest(@ids, @steps, @dues, @waits, @dispatches) AS m(id, step, due, wait, dispatch)
        WHERE e.account_id = @account AND e.enrollment_id = m.id
        """,
        """
        UPDATE e SET last_step_id = CAST(s.value AS bigint), due_time = CASE WHEN CAST(d.value AS bigint) >= 0 THEN
            DATEADD(microsecond, CAST(d.value AS bigint) % 1000000, DATEADD(second, CAST(d.value AS bigint) / 1000000 % 86400, DATEADD(day, CAST(d.value AS bigint) / 86400000000, CAST('1970-01-01' AS datetime2(7))))) END,
          wait_seconds = NULLIF(CAST(w.value AS bigint), -1), dispatch_id = CAST(p.value AS bigint)
        FROM enrollments AS e JOIN OPENJSON(@ids) AS i ON e.enrollment_id = CAST(i.value AS bigint) JOIN OPENJSON(@steps) AS s ON s.[key] = i.[key]
        JOIN OPENJSON(@dues) AS d ON d.[key] = i.[key] JOIN OPENJSON(@waits) AS w ON w.[key] = i.[key] JOIN OPENJSON(@dispatches) AS p ON p.[key] = i.[key]
        WHERE e.account_id = @account
        """);

    /// <summary>Locks all enrolments of contacts that have not ended, in whatever sequence. The contacts are locked before.</summary>
    /// <param name="contactIds">Ascending, each once, at most 1,000.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<List<EnrollmentRow>> LockAsync(IReadOnlyCollection<long> contactIds, CancellationToken cancellationToken)
    {
        await using var command = Command(LockOpen).With("account", db.AccountId).WithIds("ids", contactIds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<EnrollmentRow>(contactIds.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(Row(reader));
        }
        return rows;
    }

    /// <summary>Writes what became of enrolments, and their histories; those without a from are new.</summary>
    /// <param name="moves">What became of them.</param>
    /// <param name="actorOf">Who did it to a contact.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WriteAsync(IReadOnlyList<EnrollmentMove> moves, Func<long, Actor> actorOf, CancellationToken cancellationToken)
    {
        if (moves.Count == 0)
        {
            return;
        }
        var (connection, transaction) = (db.Database.GetDbConnection(), db.Database.CurrentTransaction!.GetDbTransaction());
        if (moves.Any(m => m.From is null))
        {
            await BulkCopy.WriteAsync(connection, transaction, "enrollments", Columns, moves.Where(m => m.From is null).Select(m => m.To).Select(e => new object?[]
            {
                e.AccountId, e.EnrollmentId, e.SequenceId, e.ContactId, (short)e.Status, (short)e.FinishReason, (short)e.Flags, e.LastStepId, e.DueTime, e.WaitSeconds, e.EnrollTime, e.ChangeTime, e.Version, e.DispatchId,
            }), cancellationToken);
        }
        var changed = moves.Where(m => m.From is not null).Select(m => m.To).ToList();
        if (changed.Count > 0)
        {
            await using var command = Command(Update).With("account", db.AccountId).With("moves", Json(changed));
            if (await command.ExecuteNonQueryAsync(cancellationToken) != changed.Count)
            {
                throw new InvalidOperationException("an enrolment was changed that was not locked");
            }
        }
        await BulkCopy.WriteAsync(connection, transaction, "enrollment_changes", ChangeColumns, moves.Select(m =>
        {
            var (from, to, actor) = (m.From?.Standing ?? default, m.To.Standing, actorOf(m.To.ContactId));
            return new object?[]
            {
                m.To.AccountId, m.To.EnrollmentId, m.To.Version, m.To.ChangeTime, (short)actor.Kind, actor.Subject, actor.DisplayName, (short)m.Cause,
                (short)from.Status, (short)from.FinishReason, (short)from.Flags, from.Ended, (short)to.Status, (short)to.FinishReason, (short)to.Flags, to.Ended,
            };
        }), cancellationToken);
    }

    /// <summary>Writes where enrolments are that stand as before and are locked: their places, when they are due, and their reservations.</summary>
    public async Task PlaceAsync(IReadOnlyList<EnrollmentRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return;
        }
        await using var command = Command(Place).With("account", db.AccountId)
            .WithIds("ids", [.. rows.Select(e => e.EnrollmentId)]).WithIds("steps", [.. rows.Select(e => e.LastStepId)]).WithIds("dispatches", [.. rows.Select(e => e.DispatchId)])
            .WithIds("dues", [.. rows.Select(e => e.DueTime is { } due ? Microseconds(due) : -1)]).WithIds("waits", [.. rows.Select(e => e.WaitSeconds ?? -1)]);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction());

    /// <summary>A time as a number: since the Unix epoch.</summary>
    internal static long Microseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Writes a time as both databases read it out of JSON.</summary>
    internal static string? Json(DateTime? time) => time?.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    private static string Json(IEnumerable<EnrollmentRow> rows) =>
        JsonSerializer.Serialize(rows.Select(e => new
        {
            enrollment_id = e.EnrollmentId,
            contact_id = e.ContactId,
            status = (short)e.Status,
            finish_reason = (short)e.FinishReason,
            flags = (short)e.Flags,
            last_step_id = e.LastStepId,
            due_time = Json(e.DueTime),
            wait_seconds = e.WaitSeconds,
            resume_time = Json(e.ResumeTime),
            change_time = Json(e.ChangeTime),
            end_time = Json(e.EndTime),
            version = e.Version,
            dispatch_id = e.DispatchId,
        }));

    private EnrollmentRow Row(DbDataReader reader)
    {
        DateTime Time(int column) => DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc);
        DateTime? TimeOrNone(int column) => reader.IsDBNull(column) ? null : Time(column);
        return new()
        {
            AccountId = db.AccountId,
            EnrollmentId = reader.GetInt64(0),
            SequenceId = reader.GetInt64(1),
            ContactId = reader.GetInt64(2),
            Status = (EnrollmentStatus)reader.GetInt16(3),
            FinishReason = (FinishReason)reader.GetInt16(4),
            Flags = (EnrollmentFlags)reader.GetInt16(5),
            LastStepId = reader.GetInt64(6),
            DueTime = TimeOrNone(7),
            WaitSeconds = reader.IsDBNull(8) ? null : reader.GetInt64(8),
            ResumeTime = TimeOrNone(9),
            EnrollTime = Time(10),
            ChangeTime = Time(11),
            Version = reader.GetInt64(12),
            DispatchId = reader.GetInt64(13),
        };
    }
}
