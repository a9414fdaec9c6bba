using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Funnel.Undos;

/// <summary>What an undo made of one contact.</summary>
/// <param name="Moved">What became of it, and where it was.</param>
/// <param name="ToStage">Its own stage after it went back; null for none.</param>
/// <param name="ToLost">Whether it is lost after it went back.</param>
public readonly record struct Undone(Moved Moved, FunnelStage? ToStage, bool ToLost);

/// <summary>Takes back what a run did, from the histories of the contacts that it moved.</summary>
public sealed class UndoStore(StageStore stages)
{
    /// <summary>Contacts in a piece, as few as in a rule's run.</summary>
    public const int ChunkSize = 1000;

    // The run's entry must be the contact's newest, which its version tells. What does not stand in it, why a contact was
    // lost, is told by the entry that lost it: the latest before the run's, undoings left aside, since an undoing only puts
    // back what an earlier entry made.
    private static readonly SqlText Reverse = new(
        """
        WITH piece AS MATERIALIZED (
          SELECT contact_id, version, from_stage, from_lost FROM stage_changes
          WHERE account_id = @account AND run_id = @undone AND cause IN (3, 6) AND contact_id > @after
          ORDER BY contact_id LIMIT @size
        ), locked AS MATERIALIZED (
          SELECT s.contact_id, s.stage, s.lost, s.version, GREATEST(@time, s.create_time, s.change_time) AS change_time,
            p.from_stage AS to_stage, p.from_lost AS to_lost,
            CASE WHEN NOT p.from_lost THEN 0 ELSE (
              SELECT CASE WHEN h.cause = 5 THEN 1 ELSE 2 END FROM stage_changes h
              WHERE h.account_id = @account AND h.contact_id = p.contact_id AND h.version < p.version
                AND h.to_lost AND NOT h.from_lost AND h.cause <> 6
              ORDER BY h.version DESC LIMIT 1) END AS lost_cause,
            CASE WHEN s.delete_time IS NOT NULL THEN 3 WHEN s.record_inactive THEN 2
              WHEN s.version <> p.version THEN 4 ELSE 0 END AS outcome
          FROM piece p JOIN contact_stages s ON s.account_id = @account AND s.contact_id = p.contact_id
          ORDER BY s.contact_id FOR UPDATE OF s
        ), changed AS (
          UPDATE contact_stages s SET stage = l.to_stage, lost = l.to_lost, lost_cause = l.lost_cause,
            version = l.version + 1, change_time = l.change_time
          FROM locked l WHERE s.account_id = @account AND s.contact_id = l.contact_id AND l.outcome = 0
        ), history AS (
          INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
            from_stage, from_lost, to_stage, to_lost, cause, run_id)
          SELECT @account, contact_id, version + 1, change_time, @actor_kind, @actor_subject, @actor_name,
            stage, lost, to_stage, to_lost, @cause, @run FROM locked WHERE outcome = 0
        ), results AS (
          INSERT INTO undo_results (account_id, run_id, contact_id, outcome)
          SELECT @account, @run, contact_id, outcome FROM locked WHERE outcome <> 0
        )
        SELECT contact_id, outcome, stage, lost, to_stage, to_lost FROM locked ORDER BY contact_id
        """,
        """
        SET NOCOUNT ON;
        DECLARE @locked TABLE (contact_id bigint PRIMARY KEY, stage smallint NULL, lost bit, version bigint, change_time datetime2(7),
          to_stage smallint NULL, to_lost bit, lost_cause smallint, outcome int);
        INSERT INTO @locked (contact_id, stage, lost, version, change_time, to_stage, to_lost, lost_cause, outcome)
        SELECT TOP (@size) s.contact_id, s.stage, s.lost, s.version,
          (SELECT MAX(t.v) FROM (VALUES (@time), (s.create_time), (s.change_time)) AS t (v)), p.from_stage, p.from_lost,
          CASE WHEN p.from_lost = 0 THEN 0 ELSE (
            SELECT TOP (1) CASE WHEN h.cause = 5 THEN 1 ELSE 2 END FROM stage_changes h
            WHERE h.account_id = @account AND h.contact_id = p.contact_id AND h.version < p.version
              AND h.to_lost = 1 AND h.from_lost = 0 AND h.cause <> 6
            ORDER BY h.version DESC) END,
          CASE WHEN s.delete_time IS NOT NULL THEN 3 WHEN s.record_inactive = 1 THEN 2
            WHEN s.version <> p.version THEN 4 ELSE 0 END
        FROM stage_changes p JOIN contact_stages s WITH (UPDLOCK, ROWLOCK) ON s.account_id = @account AND s.contact_id = p.contact_id
        WHERE p.account_id = @account AND p.run_id = @undone AND p.cause IN (3, 6) AND p.contact_id > @after
        ORDER BY p.contact_id;
        UPDATE s SET stage = l.to_stage, lost = l.to_lost, lost_cause = l.lost_cause, version = l.version + 1, change_time = l.change_time
        FROM contact_stages s JOIN @locked l ON s.account_id = @account AND s.contact_id = l.contact_id
        WHERE l.outcome = 0;
        INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
          from_stage, from_lost, to_stage, to_lost, cause, run_id)
        SELECT @account, contact_id, version + 1, change_time, @actor_kind, @actor_subject, @actor_name,
          stage, lost, to_stage, to_lost, @cause, @run FROM @locked WHERE outcome = 0;
        INSERT INTO undo_results (account_id, run_id, contact_id, outcome)
        SELECT @account, @run, contact_id, outcome FROM @locked WHERE outcome <> 0;
        SELECT contact_id, outcome, stage, lost, to_stage, to_lost FROM @locked ORDER BY contact_id;
        """);

    /// <summary>Takes back, within the open transaction, what a run did with the next contacts.</summary>
    /// <param name="undone">The run.</param>
    /// <param name="after">The last contact that is dealt with.</param>
    /// <param name="act">Who, why and when.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of each, ascending; empty when none is left.</returns>
    public async Task<List<Undone>> ReverseAsync(long undone, long after, Act act, CancellationToken cancellationToken)
    {
        await using var command = await stages.CommandAsync(Reverse, cancellationToken);
        stages.By(command, act).With("undone", undone).With("after", after).With("size", ChunkSize);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var contacts = new List<Undone>(ChunkSize);
        while (await reader.ReadAsync(cancellationToken))
        {
            contacts.Add(new(new(reader.GetInt64(0), (Outcome)reader.GetInt32(1), Stage(2), reader.GetBoolean(3)), Stage(4), reader.GetBoolean(5)));
        }
        return contacts;

        FunnelStage? Stage(int column) => reader.IsDBNull(column) ? null : (FunnelStage)reader.GetInt16(column);
    }
}
