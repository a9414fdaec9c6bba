using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Funnel.Reports;

/// <summary>Number of equal moves.</summary>
/// <param name="From">What was before; null: the contact was created.</param>
/// <param name="To">What was after; null: the contact was deleted.</param>
/// <param name="Count">How many.</param>
public readonly record struct FlowCount((FunnelStage? Stage, bool Lost)? From, (FunnelStage? Stage, bool Lost)? To, long Count);

/// <summary>Counts the moves of a period.</summary>
public sealed class FlowStore(FunnelDbContext db, StageStore stages)
{
    private static readonly SqlText Flow = new(
        """
        SELECT f.code, t.code, (
          SELECT COUNT(*) FROM stage_changes
          WHERE account_id = @account AND move = f.code * 12 + t.code AND change_time > @start AND change_time <= @end)
        FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) AS f (code)
        CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) AS t (code)
        UNION ALL
        SELECT -1, 0, COUNT(*) FROM contact_stages
        WHERE account_id = @account AND create_time > @start AND create_time <= @end
        UNION ALL
        SELECT COALESCE(stage, 0) * 2 + CAST(lost AS int), -1, COUNT(*) FROM contact_stages
        WHERE account_id = @account AND delete_time > @start AND delete_time <= @end GROUP BY stage, lost
        """,
        """
        SELECT f.code, t.code, m.number
        FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) AS f (code)
        CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)) AS t (code)
        CROSS APPLY (
          SELECT COUNT_BIG(*) AS number FROM stage_changes
          WHERE account_id = @account AND move = f.code * 12 + t.code AND change_time > @start AND change_time <= @end) AS m
        UNION ALL
        SELECT -1, 0, COUNT_BIG(*) FROM contact_stages
        WHERE account_id = @account AND create_time > @start AND create_time <= @end
        UNION ALL
        SELECT COALESCE(stage, 0) * 2 + CAST(lost AS int), -1, COUNT_BIG(*) FROM contact_stages
        WHERE account_id = @account AND delete_time > @start AND delete_time <= @end GROUP BY stage, lost
        """);

    /// <summary>Counts the account's moves after a time, up to and with another. Moves that nobody made are left out.</summary>
    public async Task<List<FlowCount>> CountAsync(DateTime start, DateTime end, CancellationToken cancellationToken)
    {
        await using var command = await stages.CommandAsync(Flow, cancellationToken);
        command.With("account", db.AccountId).With("start", start).With("end", end);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counts = new List<(int From, int To, long Count)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2)));
        }
        return [.. counts.Where(c => c.Count > 0).Order().Select(c => new FlowCount(Standing(c.From), Standing(c.To), c.Count))];
    }

    private static (FunnelStage? Stage, bool Lost)? Standing(int code) => code == StandingCode.Nobody ? null : StandingCode.Read(code);
}
