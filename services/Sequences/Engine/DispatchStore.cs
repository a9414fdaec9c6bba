using System.Data.Common;
using ContactPlatform.Sequences.Enrollments;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Sequences.Engine;

/// <summary>Finds what is due and reserves it, many at once and within the open transaction.</summary>
public sealed class DispatchStore(SequencesDbContext db)
{
    // Those that somebody else has locked are his; those whose reservation is not sent wait for it. Said as a CASE, of which PostgreSQL
    // expects that it holds for half: of the plain comparison it expects that it holds for nobody, and sorts all that is due.
    private static readonly SqlText Due = new(
        """
        SELECT e.account_id, e.enrollment_id, e.sequence_id, e.contact_id, e.last_step_id, e.dispatch_id FROM enrollments AS e
        WHERE e.due_time <= @now AND CASE WHEN e.dispatch_id = ANY (ARRAY(SELECT d.dispatch_id FROM dispatches AS d WHERE d.state = 1)) THEN FALSE ELSE TRUE END
        ORDER BY e.due_time LIMIT @batch FOR UPDATE OF e SKIP LOCKED
        """,
        """
        SELECT TOP (@batch) e.account_id, e.enrollment_id, e.sequence_id, e.contact_id, e.last_step_id, e.dispatch_id FROM enrollments AS e WITH (UPDLOCK, ROWLOCK, READPAST)
        WHERE e.due_time <= @now AND NOT EXISTS (SELECT 1 FROM dispatches AS d WITH (READPAST) WHERE d.state = 1 AND d.account_id = e.account_id AND d.dispatch_id = e.dispatch_id)
        ORDER BY e.due_time
        """);

    // Asked of rows that are locked by now, so whoever reserved them in between has committed it and is seen.
    private static readonly SqlText Sent = new(
        """
        SELECT d.dispatch_id FROM unnest(@accounts, @ids) AS i(account_id, id)
        CROSS JOIN LATERAL (SELECT x.dispatch_id, x.state FROM dispatches AS x WHERE x.account_id = i.account_id AND x.dispatch_id = i.id LIMIT 1) AS d WHERE d.state <> 1
        """,
        """
        SELECT d.dispatch_id FROM OPENJSON(@accounts) AS a JOIN OPENJSON(@ids) AS i ON i.[key] = a.[key]
        JOIN dispatches AS d WITH (READPAST) ON d.account_id = CAST(a.value AS bigint) AND d.dispatch_id = CAST(i.value AS bigint) WHERE d.state <> 1
        """);

    private const string Insert =
        """
        INSERT INTO dispatches (account_id, dispatch_id, sequence_id, content_version, step_id, variant, ahead, state, epoch, lease_time, reserve_time, transmission_id)
        VALUES (@account, @dispatch, @sequence, @version, @step, @variant, @ahead, 1, @epoch, @lease, @now, 0);
        """;

    // Changes no index.
    private static readonly SqlText Reserve = new(
        Insert + """
        INSERT INTO step_sends (account_id, dispatch_id, contact_id, enrollment_id) SELECT @account, @dispatch, u.contact_id, u.enrollment_id FROM unnest(@ids, @contacts) AS u(enrollment_id, contact_id);
        UPDATE enrollments AS e SET dispatch_id = @dispatch FROM unnest(@ids) AS u(enrollment_id) WHERE e.account_id = @account AND e.enrollment_id = u.enrollment_id
        """,
        Insert + """
        INSERT INTO step_sends (account_id, dispatch_id, contact_id, enrollment_id)
        SELECT @account, @dispatch, CAST(c.value AS bigint), CAST(i.value AS bigint) FROM OPENJSON(@ids) AS i JOIN OPENJSON(@contacts) AS c ON c.[key] = i.[key];
        UPDATE e SET dispatch_id = @dispatch FROM enrollments AS e JOIN OPENJSON(@ids) AS i ON e.enrollment_id = CAST(i.value AS bigint) WHERE e.account_id = @account
        """);

    // The only write of such an enrolment for the whole step. Times are microseconds of the Unix epoch.
    private static readonly SqlText ReserveAhead = new(
        Insert + """
        INSERT INTO step_sends (account_id, dispatch_id, contact_id, enrollment_id) SELECT @account, @dispatch, u.contact_id, u.enrollment_id FROM unnest(@ids, @contacts) AS u(enrollment_id, contact_id);
        UPDATE enrollments AS e SET dispatch_id = @dispatch, last_step_id = @step, wait_seconds = NULL, due_time = timestamptz 'epoch' + u.due * interval '1 microsecond'
        FROM unnest(@ids, @dues) AS u(enrollment_id, due) WHERE e.account_id = @account AND e.enrollment_id = u.enrollment_id
        """,
        Insert + """
        INSERT INTO step_sends (account_id, dispatch_id, contact_id, enrollment_id)
        SELECT @account, @dispatch, CAST(c.value AS bigint), CAST(i.value AS bigint) FROM OPENJSON(@ids) AS i JOIN OPENJSON(@contacts) AS c ON c.[key] = i.[key];
        UPDATE e SET dispatch_id = @dispatch, last_step_id = @step, wait_seconds = NULL,
          due_time = DATEADD(microsecond, CAST(d.value AS bigint) % 1000000, DATEADD(second, CAST(d.value AS bigint) / 1000000 % 86400, DATEADD(day, CAST(d.value AS bigint) / 86400000000, CAST('1970-01-01' AS datetime2(7)))))
        FROM enrollments AS e JOIN OPENJSON(@ids) AS i ON e.enrollment_id = CAST(i.value AS bigint) JOIN OPENJSON(@dues) AS d ON d.[key] = i.[key]
        WHERE e.account_id = @account
        """);

    // Of a sequence that stands still; where it does not any more, nothing is parked.
    private static readonly SqlText Park = new(
        "UPDATE sequences SET park_time = COALESCE(park_time, @now) WHERE account_id = @account AND sequence_id = @sequence AND state <> 2");

    // Whoever was due when the sequence stood still has nothing left to wait for.
    private static readonly SqlText Unpark = new(
        """
        WITH parked AS MATERIALIZED (
          SELECT enrollment_id FROM enrollments
          WHERE account_id = @account AND sequence_id = @sequence AND status = 1 AND due_time IS NULL AND wait_seconds = 0 AND end_time IS NULL AND (flags & 1) = 0 LIMIT @batch FOR UPDATE)
        UPDATE enrollments AS e SET due_time = @now, wait_seconds = NULL FROM parked AS p WHERE e.account_id = @account AND e.enrollment_id = p.enrollment_id
        """,
        """
        UPDATE TOP (@batch) e SET due_time = @now, wait_seconds = NULL FROM enrollments AS e WITH (ROWLOCK)
        WHERE e.account_id = @account AND e.sequence_id = @sequence AND e.status = 1 AND e.due_time IS NULL AND e.wait_seconds = 0 AND e.end_time IS NULL AND (e.flags & 1) = 0
        """);

    // One that nobody has any more.
    private static readonly SqlText Orphan = new(
        """
        WITH orphan AS MATERIALIZED (SELECT account_id, dispatch_id FROM dispatches WHERE state = 1 AND lease_time < @now ORDER BY lease_time LIMIT 1 FOR UPDATE SKIP LOCKED)
        UPDATE dispatches AS d SET epoch = d.epoch + 1, lease_time = @lease FROM orphan AS o WHERE d.account_id = o.account_id AND d.dispatch_id = o.dispatch_id
        RETURNING d.account_id, d.dispatch_id
        """,
        """
        WITH orphan AS (SELECT TOP (1) * FROM dispatches WITH (UPDLOCK, ROWLOCK, READPAST) WHERE state = 1 AND lease_time < @now ORDER BY lease_time)
        UPDATE orphan SET epoch = epoch + 1, lease_time = @lease OUTPUT inserted.account_id, inserted.dispatch_id
        """);

    /// <summary>Locks enrolments of any account whose next step is due, those first that are due longest, and none that is being sent to.</summary>
    public async Task<List<DueEnrollment>> DueAsync(DateTime now, CancellationToken cancellationToken)
    {
        var found = new List<DueEnrollment>();
        await using (var command = Command(Due).With("now", now).With("batch", EngineSettings.Batch))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                found.Add(new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5)));
            }
        }
        var before = found.Where(d => d.DispatchId != 0).Select(d => (d.AccountId, d.DispatchId)).Distinct().ToList();
        if (before.Count == 0)
        {
            return found;
        }
        var sent = new HashSet<long> { 0 };
        await using var ask = Command(Sent).WithIds("accounts", [.. before.Select(b => b.AccountId)]).WithIds("ids", [.. before.Select(b => b.DispatchId)]);
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            sent.Add(rows.GetInt64(0));
        }
        found.RemoveAll(d => !sent.Contains(d.DispatchId));
        return found;
    }

    /// <summary>Reserves a step for enrolments that are locked.</summary>
    /// <param name="dispatch">The reservation.</param>
    /// <param name="enrollments">For whom.</param>
    /// <param name="ahead">When the next step of each is due, where they go on at once; null where they go on when it is sent.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ReserveAsync(DispatchRow dispatch, IReadOnlyList<DueEnrollment> enrollments, IReadOnlyList<DateTime>? ahead, CancellationToken cancellationToken)
    {
        await using var command = Command(ahead is null ? Reserve : ReserveAhead)
            .With("account", dispatch.AccountId).With("dispatch", dispatch.DispatchId).With("sequence", dispatch.SequenceId).With("version", dispatch.ContentVersion).With("step", dispatch.StepId)
            .With("variant", dispatch.Variant).With("ahead", dispatch.Ahead).With("epoch", dispatch.Epoch).With("lease", dispatch.LeaseTime).With("now", dispatch.ReserveTime)
            .WithIds("ids", [.. enrollments.Select(e => e.EnrollmentId)]).WithIds("contacts", [.. enrollments.Select(e => e.ContactId)]);
        if (ahead is not null)
        {
            command.WithIds("dues", [.. ahead.Select(EnrollmentStore.Microseconds)]);
        }
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes that enrolments of a sequence wait for its activation; false when it is active meanwhile.</summary>
    public async Task<bool> ParkAsync(long accountId, long sequenceId, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = Command(Park).With("account", accountId).With("sequence", sequenceId).With("now", now);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Lets a batch of enrolments go on that waited for their sequence.</summary>
    /// <returns>How many.</returns>
    public async Task<int> UnparkAsync(long accountId, long sequenceId, DateTime now, CancellationToken cancellationToken)
    {
        await using var command = Command(Unpark).With("account", accountId).With("sequence", sequenceId).With("now", now).With("batch", EngineSettings.Batch);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes a reservation over from whoever has died; null when there is none.</summary>
    /// <param name="now">The machine's time.</param>
    /// <param name="lease">Until when it is taken.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<(long AccountId, long DispatchId)?> OrphanAsync(DateTime now, DateTime lease, CancellationToken cancellationToken)
    {
        await using var command = Command(Orphan).With("now", now).With("lease", lease);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    private DbCommand Command(SqlText sql) => db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction!.GetDbTransaction());
}
