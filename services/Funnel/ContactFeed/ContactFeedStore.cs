using ContactPlatform.Funnel.Stages;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.ContactFeed;

/// <summary>Writes what Contacts tells, for many contacts at once. Doing any of it again changes nothing.</summary>
public sealed class ContactFeedStore(FunnelDbContext db, StageStore stages)
{
    // A row may be here before its creation is heard of, with a later time; the earlier one is right.
    private static readonly SqlText Add = new(
        """
        INSERT INTO contact_stages (account_id, contact_id, lost, lost_cause, record_inactive, version, create_time)
        SELECT @account, id, false, 0, false, 0, @time FROM unnest(@ids) AS id
        ON CONFLICT (account_id, contact_id) DO UPDATE SET create_time = excluded.create_time
        WHERE contact_stages.create_time > excluded.create_time
        """,
        """
        SET NOCOUNT ON;
        UPDATE contact_stages SET create_time = @time
        WHERE account_id = @account AND create_time > @time AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids));
        INSERT INTO contact_stages (account_id, contact_id, lost, lost_cause, record_inactive, version, create_time)
        SELECT @account, CAST(j.value AS bigint), 0, 0, 0, 0, @time FROM OPENJSON(@ids) AS j
        WHERE NOT EXISTS (SELECT 1 FROM contact_stages s WITH (UPDLOCK, HOLDLOCK)
          WHERE s.account_id = @account AND s.contact_id = CAST(j.value AS bigint));
        """);

    private static readonly SqlText Delete = new(
        """
        UPDATE contact_stages SET delete_time = GREATEST(@time, create_time, change_time)
        WHERE account_id = @account AND delete_time IS NULL AND contact_id IN (
          SELECT contact_id FROM contact_stages WHERE account_id = @account AND contact_id = ANY(@ids) ORDER BY contact_id FOR UPDATE)
        """,
        """
        UPDATE contact_stages SET delete_time = (SELECT MAX(t.v) FROM (VALUES (@time), (create_time), (change_time)) AS t (v))
        WHERE account_id = @account AND delete_time IS NULL AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    private static readonly SqlText EndMerged = new(
        """
        UPDATE contact_stages SET merged_into = @survivor, delete_time = COALESCE(delete_time, GREATEST(@time, create_time, change_time))
        WHERE account_id = @account AND contact_id = @merged
        """,
        """
        UPDATE contact_stages SET merged_into = @survivor,
          delete_time = COALESCE(delete_time, (SELECT MAX(t.v) FROM (VALUES (@time), (create_time), (change_time)) AS t (v)))
        WHERE account_id = @account AND contact_id = @merged
        """);

    private static readonly SqlText Activate = new(
        """
        UPDATE contact_stages SET record_inactive = false
        WHERE account_id = @account AND record_inactive AND contact_id IN (
          SELECT contact_id FROM contact_stages WHERE account_id = @account AND contact_id = ANY(@ids) ORDER BY contact_id FOR UPDATE)
        """,
        """
        UPDATE contact_stages SET record_inactive = 0
        WHERE account_id = @account AND record_inactive = 1 AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        """);

    private static readonly SqlText Deactivate = new(
        """
        WITH locked AS MATERIALIZED (
          SELECT contact_id, stage, lost, version, GREATEST(@time, create_time, change_time) AS change_time
          FROM contact_stages WHERE account_id = @account AND contact_id = ANY(@ids) AND delete_time IS NULL AND NOT record_inactive
          ORDER BY contact_id FOR UPDATE
        ), changed AS (
          UPDATE contact_stages s SET record_inactive = true, lost = true,
            lost_cause = CASE WHEN l.lost THEN s.lost_cause ELSE @lost_cause END,
            version = CASE WHEN l.lost THEN l.version ELSE l.version + 1 END,
            change_time = CASE WHEN l.lost THEN s.change_time ELSE l.change_time END
          FROM locked l WHERE s.account_id = @account AND s.contact_id = l.contact_id
        ), history AS (
          INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
            from_stage, from_lost, to_stage, to_lost, cause, run_id)
          SELECT @account, contact_id, version + 1, change_time, @actor_kind, @actor_subject, @actor_name,
            stage, false, stage, true, @cause, @run FROM locked WHERE NOT lost
        )
        SELECT contact_id, 0 AS outcome, stage, lost FROM locked WHERE NOT lost
        """,
        """
        SET NOCOUNT ON;
        DECLARE @locked TABLE (contact_id bigint PRIMARY KEY, stage smallint NULL, lost bit, version bigint, change_time datetime2(7));
        INSERT INTO @locked (contact_id, stage, lost, version, change_time)
        SELECT contact_id, stage, lost, version, (SELECT MAX(t.v) FROM (VALUES (@time), (create_time), (change_time)) AS t (v))
        FROM contact_stages WITH (UPDLOCK, ROWLOCK)
        WHERE account_id = @account AND delete_time IS NULL AND record_inactive = 0
          AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        ORDER BY contact_id;
        UPDATE s SET record_inactive = 1, lost = 1,
          lost_cause = CASE WHEN l.lost = 1 THEN s.lost_cause ELSE @lost_cause END,
          version = CASE WHEN l.lost = 1 THEN l.version ELSE l.version + 1 END,
          change_time = CASE WHEN l.lost = 1 THEN s.change_time ELSE l.change_time END
        FROM contact_stages s JOIN @locked l ON s.account_id = @account AND s.contact_id = l.contact_id;
        INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
          from_stage, from_lost, to_stage, to_lost, cause, run_id)
        SELECT @account, contact_id, version + 1, change_time, @actor_kind, @actor_subject, @actor_name,
          stage, 0, stage, 1, @cause, @run FROM @locked WHERE lost = 0;
        SELECT contact_id, 0 AS outcome, stage, lost FROM @locked WHERE lost = 0;
        """);

    /// <summary>Adds contacts, without a stage of their own.</summary>
    public Task AddAsync(long[] ids, DateTime createTime, CancellationToken cancellationToken) => RunAsync(Add, ids, createTime, cancellationToken);

    /// <summary>Ends contacts. They stay for reports of the past.</summary>
    public Task DeleteAsync(long[] ids, DateTime deleteTime, CancellationToken cancellationToken) => RunAsync(Delete, ids, deleteTime, cancellationToken);

    /// <summary>Ends a contact that was merged into another. What was merged into it before stands behind the other now.</summary>
    public async Task EndMergedAsync(long survivorId, long mergedId, DateTime time, CancellationToken cancellationToken)
    {
        await using var command = await stages.CommandAsync(EndMerged, cancellationToken);
        command.With("account", db.AccountId).With("survivor", survivorId).With("merged", mergedId).With("time", time);
        await command.ExecuteNonQueryAsync(cancellationToken);
        await db.ContactStages.Where(s => s.MergedInto == mergedId).ExecuteUpdateAsync(set => set.SetProperty(s => s.MergedInto, survivorId), cancellationToken);
    }

    /// <summary>Notes that records are active again. That reactivates nobody.</summary>
    public Task ActivateAsync(long[] ids, CancellationToken cancellationToken) => RunAsync(Activate, ids, null, cancellationToken);

    /// <summary>Notes that records are inactive, and loses those contacts that are not lost yet.</summary>
    /// <returns>Those that moved.</returns>
    public async Task<List<Moved>> DeactivateAsync(long[] ids, Act act, CancellationToken cancellationToken)
    {
        await using var command = await stages.CommandAsync(Deactivate, cancellationToken);
        stages.By(command, act).WithIds("ids", ids).With("lost_cause", (short)LostCause.RecordInactive);
        return await StageStore.ReadAsync(command, ids.Length, cancellationToken);
    }

    private async Task RunAsync(SqlText sql, long[] ids, DateTime? at, CancellationToken cancellationToken)
    {
        await using var command = await stages.CommandAsync(sql, cancellationToken);
        command.With("account", db.AccountId).WithIds("ids", ids);
        if (at is { } time)
        {
            command.With("time", time);
        }
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
