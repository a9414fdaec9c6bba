using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Funnel.Stages;

/// <summary>Reads and moves several contacts, each for a caller of its own and of any account, in one statement.</summary>
public sealed class StageBatchStore(FunnelDbContext db, StageStore stages)
{
    private static readonly SqlText Find = new(
        """
        SELECT s.account_id, s.contact_id, s.stage, s.lost, s.lost_cause, s.record_inactive, s.version, s.change_time, s.create_time, s.delete_time, s.merged_into
        FROM json_to_recordset(@keys::json) AS k(account_id bigint, contact_id bigint)
        CROSS JOIN LATERAL (SELECT * FROM contact_stages AS c WHERE c.account_id = k.account_id AND c.contact_id = k.contact_id LIMIT 1) AS s
        """,
        """
        SELECT s.account_id, s.contact_id, s.stage, s.lost, s.lost_cause, s.record_inactive, s.version, s.change_time, s.create_time, s.delete_time, s.merged_into
        FROM OPENJSON(@keys) WITH (account_id bigint, contact_id bigint) AS k
        JOIN contact_stages AS s ON s.account_id = k.account_id AND s.contact_id = k.contact_id
        """);

    // Only those that still are as they were read and that nobody else holds: this never waits.
    private static readonly SqlText Save = new(
        """
        WITH held AS MATERIALIZED (
          SELECT m.* FROM json_to_recordset(@moves::json) AS m(account_id bigint, contact_id bigint, version bigint, record_inactive boolean, change_time timestamp,
            actor_kind smallint, actor_subject text, actor_name text, from_stage smallint, from_lost boolean, to_stage smallint, to_lost boolean,
            lost_cause smallint, cause smallint, run_id bigint)
          CROSS JOIN LATERAL (
            SELECT 1 FROM contact_stages AS c WHERE c.account_id = m.account_id AND c.contact_id = m.contact_id AND c.version = m.version
              AND c.record_inactive = m.record_inactive AND c.delete_time IS NULL
            FOR UPDATE SKIP LOCKED) AS s
        ), changed AS (
          UPDATE contact_stages AS c SET stage = h.to_stage, lost = h.to_lost, lost_cause = h.lost_cause, version = h.version + 1, change_time = h.change_time AT TIME ZONE 'UTC'
          FROM held AS h WHERE c.account_id = h.account_id AND c.contact_id = h.contact_id
        )
        INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name, from_stage, from_lost, to_stage, to_lost, cause, run_id)
        SELECT account_id, contact_id, version + 1, change_time AT TIME ZONE 'UTC', actor_kind, actor_subject, actor_name, from_stage, from_lost, to_stage, to_lost, cause, run_id
        FROM held
        RETURNING account_id, contact_id
        """,
        """
        SET NOCOUNT ON;
        DECLARE @held TABLE (account_id bigint, contact_id bigint, version bigint, change_time datetime2(7), actor_kind smallint, actor_subject nvarchar(200),
          actor_name nvarchar(200), from_stage smallint NULL, from_lost bit, to_stage smallint NULL, to_lost bit, lost_cause smallint, cause smallint, run_id bigint,
          PRIMARY KEY (account_id, contact_id));
        INSERT INTO @held (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name, from_stage, from_lost, to_stage, to_lost, lost_cause, cause, run_id)
        SELECT m.account_id, m.contact_id, m.version, m.change_time, m.actor_kind, m.actor_subject, m.actor_name, m.from_stage, m.from_lost, m.to_stage, m.to_lost,
          m.lost_cause, m.cause, m.run_id
        FROM OPENJSON(@moves) WITH (account_id bigint, contact_id bigint, version bigint, record_inactive bit, change_time datetime2(7), actor_kind smallint,
          actor_subject nvarchar(200), actor_name nvarchar(200), from_stage smallint, from_lost bit, to_stage smallint, to_lost bit, lost_cause smallint,
          cause smallint, run_id bigint) AS m
        JOIN contact_stages AS c WITH (UPDLOCK, ROWLOCK, READPAST) ON c.account_id = m.account_id AND c.contact_id = m.contact_id AND c.version = m.version
          AND c.record_inactive = m.record_inactive AND c.delete_time IS NULL;
        UPDATE c SET stage = h.to_stage, lost = h.to_lost, lost_cause = h.lost_cause, version = h.version + 1, change_time = h.change_time
        FROM contact_stages AS c JOIN @held AS h ON c.account_id = h.account_id AND c.contact_id = h.contact_id;
        INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name, from_stage, from_lost, to_stage, to_lost, cause, run_id)
        SELECT account_id, contact_id, version + 1, change_time, actor_kind, actor_subject, actor_name, from_stage, from_lost, to_stage, to_lost, cause, run_id FROM @held;
        SELECT account_id, contact_id FROM @held;
        """);

    /// <summary>Finds contacts; those that Funnel has not heard of are left out. They may be deleted.</summary>
    public async Task<Dictionary<(long AccountId, long ContactId), ContactStageRow>> FindAsync(IEnumerable<(long AccountId, long ContactId)> keys, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(keys.Distinct().Select(k => new { account_id = k.AccountId, contact_id = k.ContactId }));
        await using var command = (await stages.CommandAsync(Find, cancellationToken)).With("keys", json);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new Dictionary<(long, long), ContactStageRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = Row(reader);
            rows.Add((row.AccountId, row.ContactId), row);
        }
        return rows;
    }

    /// <summary>
    /// Moves contacts that still are as they were read, and tells other services; those that somebody else holds in this
    /// moment are left as they are, like those that have changed.
    /// </summary>
    /// <param name="moves">Each contact at most once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Those that were moved, with their positions in the feed.</returns>
    public async Task<IReadOnlyDictionary<SingleMove, string>> SaveAsync(IReadOnlyCollection<SingleMove> moves, CancellationToken cancellationToken)
    {
        // Ascending, as all statements that lock several contacts.
        var ordered = moves.OrderBy(m => m.From.AccountId).ThenBy(m => m.From.ContactId).ToList();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var changed = await WriteAsync(ordered, cancellationToken);
        // What one caller did to several contacts in this moment is one change of the feed.
        var told = ordered.Where(m => changed.Contains((m.From.AccountId, m.From.ContactId))).GroupBy(m => (m.From.AccountId, m.Act))
            .Select(g => (Moves: g.ToList(), Row: Tell(g.Key.AccountId, g.Key.Act, [.. g]))).ToList();
        db.Outbox.AddRange(told.Select(t => t.Row));
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // Two callers may have asked for the very same move, and one of them was left out.
        var positions = new Dictionary<SingleMove, string>(ReferenceEqualityComparer.Instance);
        told.ForEach(t => t.Moves.ForEach(m => positions.Add(m, t.Row.Position)));
        return positions;
    }

    private static ServiceDefaults.Feeds.OutboxRow Tell(long accountId, Act act, List<SingleMove> moves)
    {
        var to = moves.ToDictionary(m => m.From.ContactId, m => (m.To.Stage, m.To.Lost));
        return ChangesProto.StagesChanged(accountId, act, moves.Select(m => new Moved(m.From.ContactId, Outcome.Changed, m.From.Stage, m.From.Lost)), m => to[m.ContactId])!;
    }

    private async Task<HashSet<(long AccountId, long ContactId)>> WriteAsync(List<SingleMove> moves, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.Serialize(moves.Select(m => new
        {
            account_id = m.From.AccountId,
            contact_id = m.From.ContactId,
            version = m.From.Version,
            record_inactive = m.From.RecordInactive,
            change_time = m.Act.Time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
            actor_kind = (short)m.Act.Actor.Kind,
            actor_subject = m.Act.Actor.Subject,
            actor_name = m.Act.Actor.DisplayName,
            from_stage = (short?)m.From.Stage,
            from_lost = m.From.Lost,
            to_stage = (short?)m.To.Stage,
            to_lost = m.To.Lost,
            lost_cause = (short)m.To.LostCause,
            cause = (short)m.Act.Cause,
            run_id = m.Act.RunId,
        }));
        await using var command = (await stages.CommandAsync(Save, cancellationToken)).With("moves", json);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var changed = new HashSet<(long, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            changed.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }
        return changed;
    }

    private static ContactStageRow Row(DbDataReader reader)
    {
        DateTime Time(int column) => DateTime.SpecifyKind(reader.GetDateTime(column), DateTimeKind.Utc);
        return new()
        {
            AccountId = reader.GetInt64(0),
            ContactId = reader.GetInt64(1),
            Stage = reader.IsDBNull(2) ? null : (FunnelStage)reader.GetInt16(2),
            Lost = reader.GetBoolean(3),
            LostCause = (LostCause)reader.GetInt16(4),
            RecordInactive = reader.GetBoolean(5),
            Version = reader.GetInt64(6),
            ChangeTime = reader.IsDBNull(7) ? null : Time(7),
            CreateTime = Time(8),
            DeleteTime = reader.IsDBNull(9) ? null : Time(9),
            MergedInto = reader.IsDBNull(10) ? null : reader.GetInt64(10),
        };
    }
}
