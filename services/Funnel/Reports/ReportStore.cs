using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Funnel.Reports;

/// <summary>Number of contacts that stand alike.</summary>
/// <param name="Stage">Their own stage; null for none.</param>
/// <param name="Lost">Whether they are lost.</param>
/// <param name="Count">How many.</param>
public readonly record struct StandingCount(FunnelStage? Stage, bool Lost, long Count);

/// <summary>Counts contacts by where they stand, now or at any past time.</summary>
public sealed class ReportStore(FunnelDbContext db, StageStore stages)
{
    private static readonly SqlText Now = new(
        "SELECT stage, lost, COUNT(*) FROM contact_stages WHERE account_id = @account AND delete_time IS NULL GROUP BY stage, lost",
        "SELECT stage, lost, COUNT_BIG(*) FROM contact_stages WHERE account_id = @account AND delete_time IS NULL GROUP BY stage, lost");

    // Backwards from the present: every history is a chain in which each `from` is the `to` before, so undoing all moves
    // since the time (plus one where from, minus one where to) leaves each contact where it stood then. Contacts created
    // since then end up without a stage and are taken out; contacts deleted by then are left out, and have not moved since.
    private static readonly SqlText AsOf = new(
        """
        WITH moves AS (
          SELECT from_stage, from_lost, to_stage, to_lost, COUNT(*) AS number FROM stage_changes
          WHERE account_id = @account AND change_time > @time GROUP BY from_stage, from_lost, to_stage, to_lost
        ), counts AS (
          SELECT stage, lost, COUNT(*) AS number FROM contact_stages
          WHERE account_id = @account AND (delete_time IS NULL OR delete_time > @time) GROUP BY stage, lost
          UNION ALL SELECT from_stage, from_lost, number FROM moves
          UNION ALL SELECT to_stage, to_lost, -number FROM moves
          UNION ALL SELECT NULL, false, -COUNT(*) FROM contact_stages WHERE account_id = @account AND create_time > @time
        )
        SELECT stage, lost, SUM(number)::bigint FROM counts GROUP BY stage, lost
        """,
        """
        WITH moves AS (
          SELECT from_stage, from_lost, to_stage, to_lost, COUNT_BIG(*) AS number FROM stage_changes
          WHERE account_id = @account AND change_time > @time GROUP BY from_stage, from_lost, to_stage, to_lost
        ), counts AS (
          SELECT stage, lost, COUNT_BIG(*) AS number FROM contact_stages
          WHERE account_id = @account AND (delete_time IS NULL OR delete_time > @time) GROUP BY stage, lost
          UNION ALL SELECT from_stage, from_lost, number FROM moves
          UNION ALL SELECT to_stage, to_lost, -number FROM moves
          UNION ALL SELECT CAST(NULL AS smallint), CAST(0 AS bit), -COUNT_BIG(*) FROM contact_stages WHERE account_id = @account AND create_time > @time
        )
        SELECT stage, lost, SUM(number) FROM counts GROUP BY stage, lost
        """);

    /// <summary>Counts the account's contacts, now or as of a past time.</summary>
    public async Task<List<StandingCount>> CountAsync(DateTime? asOf, CancellationToken cancellationToken)
    {
        await using var command = await stages.CommandAsync(asOf is null ? Now : AsOf, cancellationToken);
        command.With("account", db.AccountId);
        if (asOf is { } time)
        {
            command.With("time", time);
        }
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new List<StandingCount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add(new(reader.IsDBNull(0) ? null : (FunnelStage)reader.GetInt16(0), reader.GetBoolean(1), reader.GetInt64(2)));
        }
        return counts;
    }
}
