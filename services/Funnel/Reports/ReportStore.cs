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
        """
        SELECT COALESCE(stage, 0) * 2 + CAST(lost AS int), COUNT(*) FROM contact_stages
        WHERE account_id = @account AND delete_time IS NULL GROUP BY stage, lost
        """,
        """
        SELECT COALESCE(stage, 0) * 2 + CAST(lost AS int), COUNT_BIG(*) FROM contact_stages
        WHERE account_id = @account AND delete_time IS NULL GROUP BY stage, lost
        """);

    // Backwards from the present: every history is a chain in which each `from` is the `to` before, so undoing all moves
    // since the time (plus one where from, minus one where to) leaves each contact where it stood then. Contacts created
    // since then end up without a stage and are taken out; contacts deleted by then are left out, and have not moved since.
    // Move by move, because counting one kind of move is a range of one index, and grouping millions of them is not needed.
    private static readonly SqlText AsOf = new(
        """
        WITH moves AS MATERIALIZED (
          SELECT f.code AS from_code, t.code AS to_code, (
            SELECT COUNT(*) FROM stage_changes
            WHERE account_id = @account AND move = f.code * 12 + t.code AND change_time > @time) AS number
          FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) AS f (code)
          CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) AS t (code)
        ), contacts AS MATERIALIZED (
          SELECT COALESCE(stage, 0) * 2 + CAST(lost AS int) AS code,
            COUNT(CASE WHEN delete_time IS NULL OR delete_time > @time THEN 1 END) AS number,
            COUNT(CASE WHEN create_time > @time THEN 1 END) AS later
          FROM contact_stages WHERE account_id = @account GROUP BY stage, lost
        ), counts AS (
          SELECT code, number FROM contacts
          UNION ALL SELECT 0, -later FROM contacts
          UNION ALL SELECT from_code, number FROM moves
          UNION ALL SELECT to_code, -number FROM moves
        )
        SELECT code, CAST(SUM(number) AS bigint) FROM counts GROUP BY code
        """,
        """
        WITH counts AS (
          SELECT c.code, c.number FROM (
            SELECT COALESCE(stage, 0) * 2 + CAST(lost AS int) AS code,
              COUNT_BIG(CASE WHEN delete_time IS NULL OR delete_time > @time THEN 1 END) AS number,
              COUNT_BIG(CASE WHEN create_time > @time THEN 1 END) AS later
            FROM contact_stages WHERE account_id = @account GROUP BY stage, lost) AS s
          CROSS APPLY (VALUES (s.code, s.number), (0, -s.later)) AS c (code, number)
          UNION ALL
          SELECT c.code, c.number FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) AS f (code)
          CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) AS t (code)
          CROSS APPLY (
            SELECT COUNT_BIG(*) AS number FROM stage_changes
            WHERE account_id = @account AND move = f.code * 12 + t.code AND change_time > @time) AS m
          CROSS APPLY (VALUES (f.code, m.number), (t.code, -m.number)) AS c (code, number)
        )
        SELECT code, SUM(number) FROM counts GROUP BY code
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
            var (stage, lost) = StandingCode.Read(reader.GetInt32(0));
            counts.Add(new(stage, lost, reader.GetInt64(1)));
        }
        return counts;
    }
}
