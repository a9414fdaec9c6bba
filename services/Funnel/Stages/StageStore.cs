using System.Data;
using System.Data.Common;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Feeds;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Funnel.Stages;

/// <summary>What became of one contact of many; the numbers are those of the statements below.</summary>
public enum Outcome
{
    /// <summary>It moved, and its history tells.</summary>
    Changed = 0,

    /// <summary>It was there already.</summary>
    Unchanged = 1,

    /// <summary>Its record is inactive.</summary>
    RecordInactive = 2,

    /// <summary>It is deleted.</summary>
    Deleted = 3,

    /// <summary>Something else moved it after what is to be undone.</summary>
    ChangedSince = 4,
}

/// <summary>What became of one contact of many.</summary>
/// <param name="ContactId">The contact.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="FromStage">Its own stage before, if it moved; null for none.</param>
/// <param name="FromLost">Whether it was lost before, if it moved.</param>
public readonly record struct Moved(long ContactId, Outcome Outcome, FunnelStage? FromStage, bool FromLost);

/// <summary>
/// Moves contacts: stage, history and (for one contact) outbox in one statement. Rows are locked in ascending order of
/// contact ids, so that any two of these statements wait for each other and none for ever.
/// </summary>
public sealed class StageStore(FunnelDbContext db)
{
    // One statement is one transaction and one round trip. No row comes back when the contact has changed since it was read.
    private static readonly SqlText Save = new(SavePostgreSql(""), SaveSqlServer(""));

    // The same, but not even looked at while another transaction holds it.
    private static readonly SqlText SaveIfFree = new(SavePostgreSql("SKIP LOCKED"), SaveSqlServer("WITH (READPAST, UPDLOCK, ROWLOCK)"));

    private static string SavePostgreSql(string wait) =>
        $"""
        WITH held AS MATERIALIZED (
          SELECT contact_id FROM contact_stages
          WHERE account_id = @account AND contact_id = @contact AND version = @version
            AND record_inactive = @record_inactive AND delete_time IS NULL
          FOR UPDATE {wait}
        ), changed AS (
          UPDATE contact_stages AS s SET stage = @to_stage, lost = @to_lost, lost_cause = @lost_cause, version = @version + 1, change_time = @time
          FROM held AS h WHERE s.account_id = @account AND s.contact_id = h.contact_id
        ), history AS (
          INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
            from_stage, from_lost, to_stage, to_lost, cause, run_id)
          SELECT @account, contact_id, @version + 1, @time, @actor_kind, @actor_subject, @actor_name,
            @from_stage, @from_lost, @to_stage, @to_lost, @cause, @run FROM held
        )
        INSERT INTO outbox (account_id, payload) SELECT @account, @payload FROM held
        RETURNING transaction_id::text, change_id
        """;

    private static string SaveSqlServer(string hint) =>
        $"""
        SET NOCOUNT ON; SET XACT_ABORT ON;
        BEGIN TRANSACTION;
        UPDATE contact_stages {hint} SET stage = @to_stage, lost = @to_lost, lost_cause = @lost_cause, version = version + 1, change_time = @time
        WHERE account_id = @account AND contact_id = @contact AND version = @version
          AND record_inactive = @record_inactive AND delete_time IS NULL;
        IF @@ROWCOUNT = 1
        BEGIN
          INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
            from_stage, from_lost, to_stage, to_lost, cause, run_id)
          VALUES (@account, @contact, @version + 1, @time, @actor_kind, @actor_subject, @actor_name,
            @from_stage, @from_lost, @to_stage, @to_lost, @cause, @run);
          INSERT INTO outbox (account_id, payload)
          OUTPUT CAST(CAST(inserted.row_version AS bigint) AS varchar(20)), inserted.change_id
          VALUES (@account, @payload);
        END;
        COMMIT TRANSACTION;
        """;

    // Those that will not move are only read: a lock on each would cost as much as moving it. Those that will are locked,
    // and looked at again, since another may have moved them in between. What became of them is told in groups: reading a
    // row for each would cost this process nearly as much as moving it costs the database.
    private static readonly SqlText SetMany = new(
        """
        WITH seen AS MATERIALIZED (
          SELECT contact_id, CASE WHEN delete_time IS NOT NULL THEN 3 WHEN record_inactive THEN 2
            WHEN lost OR stage IS DISTINCT FROM @stage THEN 0 ELSE 1 END AS outcome
          FROM contact_stages WHERE account_id = @account AND contact_id = ANY(@ids)
        ), locked AS MATERIALIZED (
          SELECT contact_id, stage, lost, version, GREATEST(@time, create_time, change_time) AS change_time,
            CASE WHEN delete_time IS NOT NULL THEN 3 WHEN record_inactive THEN 2
              WHEN lost OR stage IS DISTINCT FROM @stage THEN 0 ELSE 1 END AS outcome
          FROM contact_stages WHERE account_id = @account AND contact_id = ANY(ARRAY(SELECT contact_id FROM seen WHERE outcome = 0))
          ORDER BY contact_id FOR UPDATE
        ), changed AS (
          UPDATE contact_stages s SET stage = @stage, lost = false, lost_cause = 0, version = l.version + 1, change_time = l.change_time
          FROM locked l WHERE s.account_id = @account AND s.contact_id = l.contact_id AND l.outcome = 0
        ), history AS (
          INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
            from_stage, from_lost, to_stage, to_lost, cause, run_id)
          SELECT @account, contact_id, version + 1, change_time, @actor_kind, @actor_subject, @actor_name,
            stage, lost, @stage, false, @cause, @run FROM locked WHERE outcome = 0
        )
        SELECT outcome, stage, lost, array_agg(contact_id) FROM (
          SELECT contact_id, outcome, stage, lost FROM locked
          UNION ALL
          SELECT contact_id, outcome, NULL::smallint, false FROM seen WHERE outcome <> 0) AS told
        GROUP BY outcome, stage, lost
        """,
        """
        SET NOCOUNT ON;
        DECLARE @locked TABLE (contact_id bigint PRIMARY KEY, stage smallint NULL, lost bit, version bigint, change_time datetime2(7), outcome int);
        INSERT INTO @locked (contact_id, stage, lost, version, change_time, outcome)
        SELECT contact_id, stage, lost, version,
          (SELECT MAX(t.v) FROM (VALUES (@time), (create_time), (change_time)) AS t (v)),
          CASE WHEN delete_time IS NOT NULL THEN 3 WHEN record_inactive = 1 THEN 2
            WHEN lost = 1 OR stage IS NULL OR stage <> @stage THEN 0 ELSE 1 END
        FROM contact_stages WITH (UPDLOCK, ROWLOCK)
        WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))
        ORDER BY contact_id;
        UPDATE s SET stage = @stage, lost = 0, lost_cause = 0, version = l.version + 1, change_time = l.change_time
        FROM contact_stages s JOIN @locked l ON s.account_id = @account AND s.contact_id = l.contact_id
        WHERE l.outcome = 0;
        INSERT INTO stage_changes (account_id, contact_id, version, change_time, actor_kind, actor_subject, actor_name,
          from_stage, from_lost, to_stage, to_lost, cause, run_id)
        SELECT @account, contact_id, version + 1, change_time, @actor_kind, @actor_subject, @actor_name,
          stage, lost, @stage, 0, @cause, @run FROM @locked WHERE outcome = 0;
        SELECT outcome, stage, lost, STRING_AGG(CAST(contact_id AS varchar(max)), ',') FROM @locked GROUP BY outcome, stage, lost;
        """);

    /// <summary>Finds a contact of the account; null when Funnel has not heard of it. It may be deleted.</summary>
    public Task<ContactStageRow?> FindAsync(long contactId, CancellationToken cancellationToken) =>
        db.ContactStages.AsNoTracking().SingleOrDefaultAsync(s => s.ContactId == contactId, cancellationToken);

    /// <summary>Moves one contact, if it still is as it was read, and tells other services.</summary>
    /// <param name="move">The move.</param>
    /// <param name="wait">Waits for a transaction that holds the contact; otherwise such a contact is left as it is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The change's position in the feed; null when the contact was not moved.</returns>
    public async Task<string?> SaveAsync(SingleMove move, bool wait, CancellationToken cancellationToken)
    {
        var (from, to, act) = move;
        var outbox = ChangesProto.StagesChanged(from.AccountId, act, [new(from.ContactId, Outcome.Changed, from.Stage, from.Lost)], _ => (to.Stage, to.Lost))!;
        await using var command = await CommandAsync(wait ? Save : SaveIfFree, cancellationToken);
        By(command, act, from.AccountId).With("contact", from.ContactId).With("version", from.Version).With("record_inactive", from.RecordInactive)
            .WithNull("from_stage", DbType.Int16, (short?)from.Stage).With("from_lost", from.Lost)
            .WithNull("to_stage", DbType.Int16, (short?)to.Stage).With("to_lost", to.Lost)
            .With("lost_cause", (short)to.LostCause).With("payload", outbox.Payload);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? OutboxRow.Format(ulong.Parse(reader.GetString(0), System.Globalization.CultureInfo.InvariantCulture), reader.GetInt64(1))
            : null;
    }

    /// <summary>Sets the stage of many contacts within the open transaction; those whose record is inactive stay as they are.</summary>
    /// <param name="ids">Ascending, each once; 1,000 at a time keep SQL Server from locking the whole table.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="act">Who, why and when.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of each contact that Funnel has heard of.</returns>
    public async Task<List<Moved>> SetManyAsync(IReadOnlyCollection<long> ids, FunnelStage stage, Act act, CancellationToken cancellationToken)
    {
        await using var command = await CommandAsync(SetMany, cancellationToken);
        By(command, act).WithIds("ids", ids).With("stage", (short)stage);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var moved = new List<Moved>(ids.Count);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (outcome, from, lost) = ((Outcome)reader.GetInt32(0), reader.IsDBNull(1) ? null : (FunnelStage?)reader.GetInt16(1), reader.GetBoolean(2));
            moved.AddRange(Ids(reader.GetValue(3)).Select(id => new Moved(id, outcome, from, lost)));
        }
        moved.Sort((a, b) => a.ContactId.CompareTo(b.ContactId));
        return moved;
    }

    /// <summary>Reads a group's ids: an array on PostgreSQL, text on SQL Server.</summary>
    private static IEnumerable<long> Ids(object value) =>
        value as long[] ?? ((string)value).Split(',').Select(id => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Reads what a set-based statement says of each contact.</summary>
    internal static async Task<List<Moved>> ReadAsync(DbCommand command, int count, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var moved = new List<Moved>(count);
        while (await reader.ReadAsync(cancellationToken))
        {
            moved.Add(new(reader.GetInt64(0), (Outcome)reader.GetInt32(1), reader.IsDBNull(2) ? null : (FunnelStage)reader.GetInt16(2), reader.GetBoolean(3)));
        }
        return moved;
    }

    /// <summary>Adds the parameters that every moving statement has.</summary>
    internal DbCommand By(DbCommand command, Act act) => By(command, act, db.AccountId);

    private static DbCommand By(DbCommand command, Act act, long accountId) => command
        .With("account", accountId).With("time", act.Time).With("actor_kind", (short)act.Actor.Kind)
        .With("actor_subject", act.Actor.Subject).With("actor_name", act.Actor.DisplayName)
        .With("cause", (short)act.Cause).With("run", act.RunId);

    /// <summary>Makes a command on the context's connection, in its transaction if there is one.</summary>
    internal async Task<DbCommand> CommandAsync(SqlText sql, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        return db.Database.GetDbConnection().Command(sql, db.Database.CurrentTransaction?.GetDbTransaction());
    }
}
