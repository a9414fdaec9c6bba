using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Funnel.Stages;

/// <summary>What is known of many contacts, without holding or moving any.</summary>
public sealed class StageReads(FunnelDbContext db, StageStore stages)
{
    // The numbers are those of the statements that move.
    private static readonly SqlText Outcomes = new(
        """
        SELECT outcome, COUNT(*) FROM (
          SELECT CASE WHEN delete_time IS NOT NULL THEN 3 WHEN record_inactive THEN 2 WHEN lost OR stage IS DISTINCT FROM @stage THEN 0 ELSE 1 END AS outcome
          FROM contact_stages WHERE account_id = @account AND contact_id = ANY(@ids)) AS seen
        GROUP BY outcome
        """,
        """
        SELECT outcome, COUNT_BIG(*) FROM (
          SELECT CASE WHEN delete_time IS NOT NULL THEN 3 WHEN record_inactive = 1 THEN 2 WHEN lost = 1 OR stage IS NULL OR stage <> @stage THEN 0 ELSE 1 END AS outcome
          FROM contact_stages WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))) AS seen
        GROUP BY outcome
        """);

    private static readonly SqlText Known = new(
        "SELECT contact_id FROM contact_stages WHERE account_id = @account AND contact_id = ANY(@ids)",
        "SELECT contact_id FROM contact_stages WHERE account_id = @account AND contact_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))");

    /// <summary>Returns those of the ids that Funnel has not heard of.</summary>
    public async Task<long[]> UnknownAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        await using var command = await stages.CommandAsync(Known, cancellationToken);
        command.With("account", db.AccountId).WithIds("ids", ids);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new HashSet<long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            known.Add(reader.GetInt64(0));
        }
        return [.. ids.Where(id => !known.Contains(id))];
    }

    /// <summary>Counts what <see cref="StageStore.SetManyAsync"/> would make of contacts; null if Funnel has not heard of all of them.</summary>
    public async Task<IReadOnlyDictionary<Outcome, long>?> OutcomesAsync(IReadOnlyCollection<long> ids, FunnelStage stage, CancellationToken cancellationToken)
    {
        await using var command = (await stages.CommandAsync(Outcomes, cancellationToken)).With("account", db.AccountId).WithIds("ids", ids).With("stage", (short)stage);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var outcomes = new Dictionary<Outcome, long>();
        while (await reader.ReadAsync(cancellationToken))
        {
            outcomes.Add((Outcome)reader.GetInt32(0), reader.GetInt64(1));
        }
        return outcomes.Values.Sum() < ids.Count ? null : outcomes;
    }
}
