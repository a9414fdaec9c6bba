using System.Data.Common;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Sequences.Engine;

/// <summary>Finds what is due and reserves it, many at once and within the open transaction.</summary>
public sealed class DispatchStore(SequencesDbContext db)
{
    // Those that somebody else has locked are his; those that are reserved are being sent.
    private static readonly SqlText Due = new(
        """
        SELECT e.account_id, e.enrollment_id, e.sequence_id, e.contact_id, e.last_step_id FROM enrollments AS e
        WHERE e.due_time <= @now AND e.dispatch_id = 0 ORDER BY e.due_time LIMIT @batch FOR UPDATE SKIP LOCKED
        """,
        """
        SELECT TOP (@batch) e.account_id, e.enrollment_id, e.sequence_id, e.contact_id, e.last_step_id FROM enrollments AS e WITH (UPDLOCK, ROWLOCK, READPAST)
        WHERE e.due_time <= @now AND e.dispatch_id = 0 ORDER BY e.due_time
        """);

    private static readonly SqlText Reserve = new(
        """
        WITH m AS MATERIALIZED (SELECT * FROM unnest(@ids, @contacts) AS u(enrollment_id, contact_id)), reserved AS (
          UPDATE enrollments AS e SET dispatch_id = @dispatch FROM m WHERE e.account_id = @account AND e.enrollment_id = m.enrollment_id)
        INSERT INTO step_sends (account_id, enrollment_id, step_id, attempt, dispatch_id, contact_id, reserve_time)
        SELECT @account, m.enrollment_id, @step,
          1 + (SELECT CAST(COUNT(*) AS int) FROM step_sends AS s WHERE s.account_id = @account AND s.enrollment_id = m.enrollment_id AND s.step_id = @step), @dispatch, m.contact_id, @now FROM m
        """,
        """
        UPDATE e SET dispatch_id = @dispatch FROM enrollments AS e JOIN OPENJSON(@ids) AS i ON e.enrollment_id = CAST(i.value AS bigint) WHERE e.account_id = @account;
        INSERT INTO step_sends (account_id, enrollment_id, step_id, attempt, dispatch_id, contact_id, reserve_time)
        SELECT @account, CAST(i.value AS bigint), @step,
          1 + (SELECT COUNT(*) FROM step_sends AS s WHERE s.account_id = @account AND s.enrollment_id = CAST(i.value AS bigint) AND s.step_id = @step), @dispatch, CAST(c.value AS bigint), @now
        FROM OPENJSON(@ids) AS i JOIN OPENJSON(@contacts) AS c ON c.[key] = i.[key]
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

    /// <summary>Locks enrolments of any account whose next step is due, those first that are due longest.</summary>
    public async Task<List<DueEnrollment>> DueAsync(DateTime now, CancellationToken cancellationToken)
    {
        await using var command = Command(Due).With("now", now).With("batch", EngineSettings.Batch);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<DueEnrollment>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4)));
        }
        return found;
    }

    /// <summary>Reserves a step for enrolments that are locked.</summary>
    public async Task ReserveAsync(DispatchRow dispatch, IReadOnlyList<DueEnrollment> enrollments, CancellationToken cancellationToken)
    {
        db.Dispatches.Add(dispatch);
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
        await using var command = Command(Reserve).With("account", dispatch.AccountId).With("dispatch", dispatch.DispatchId).With("step", dispatch.StepId).With("now", dispatch.ReserveTime)
            .WithIds("ids", [.. enrollments.Select(e => e.EnrollmentId)]).WithIds("contacts", [.. enrollments.Select(e => e.ContactId)]);
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
