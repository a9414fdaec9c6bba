using Microsoft.Data.SqlClient;

namespace ContactPlatform.Testing;

/// <summary>
/// What must hold of Funnel's data whatever happened: asked of the database itself, past all code that could agree with
/// its own mistakes.
/// </summary>
public static class FunnelCheck
{
    /// <summary>Questions whose answer must be 0, each with what it would mean.</summary>
    private static readonly (string Broken, string Sql)[] Questions =
    [
        ("histories whose versions are not 1, 2, 3, …", """
            SELECT COUNT(*) FROM (SELECT MIN(version) AS low, MAX(version) AS high, COUNT(*) AS number
              FROM stage_changes GROUP BY account_id, contact_id) h WHERE low <> 1 OR high <> number
            """),
        ("entries that do not start where the one before ended", """
            SELECT COUNT(*) FROM stage_changes c JOIN stage_changes p
              ON p.account_id = c.account_id AND p.contact_id = c.contact_id AND p.version = c.version - 1
            WHERE COALESCE(c.from_stage, 0) <> COALESCE(p.to_stage, 0) OR c.from_lost <> p.to_lost OR c.change_time < p.change_time
            """),
        ("first entries that do not start without a stage", """
            SELECT COUNT(*) FROM stage_changes WHERE version = 1 AND (from_stage IS NOT NULL OR from_lost <> CAST(0 AS {bit}))
            """),
        ("entries that change nothing", """
            SELECT COUNT(*) FROM stage_changes WHERE COALESCE(from_stage, 0) = COALESCE(to_stage, 0) AND from_lost = to_lost
            """),
        ("contacts that do not stand where their history ends", """
            SELECT COUNT(*) FROM contact_stages s LEFT JOIN stage_changes c
              ON c.account_id = s.account_id AND c.contact_id = s.contact_id AND c.version = s.version
            WHERE CASE WHEN s.version = 0 THEN CASE WHEN s.stage IS NULL AND s.lost = CAST(0 AS {bit}) AND s.change_time IS NULL THEN 0 ELSE 1 END
              WHEN c.version IS NOT NULL AND COALESCE(s.stage, 0) = COALESCE(c.to_stage, 0) AND s.lost = c.to_lost AND s.change_time = c.change_time THEN 0
              ELSE 1 END = 1
            """),
        ("contacts with entries beyond their version", """
            SELECT COUNT(*) FROM stage_changes c LEFT JOIN contact_stages s
              ON c.account_id = s.account_id AND c.contact_id = s.contact_id
            WHERE s.version IS NULL OR c.version > s.version
            """),
        ("entries before the contact's creation or after its deletion", """
            SELECT COUNT(*) FROM stage_changes c JOIN contact_stages s ON c.account_id = s.account_id AND c.contact_id = s.contact_id
            WHERE c.change_time < s.create_time OR c.change_time > s.delete_time
            """),
        ("contacts whose record is inactive and which are not lost", """
            SELECT COUNT(*) FROM contact_stages WHERE record_inactive <> CAST(0 AS {bit}) AND lost = CAST(0 AS {bit})
            """),
        ("runs whose count of changes is not that of their entries", """
            SELECT COUNT(*) FROM runs r WHERE r.kind = 'label-rule' AND r.changed_count <> (SELECT COUNT(*) FROM stage_changes c
              WHERE c.account_id = r.account_id AND c.run_id = r.run_id AND c.cause = 3)
            """),
        ("contacts that a run moved twice", """
            SELECT COUNT(*) FROM (SELECT account_id, contact_id, run_id FROM stage_changes WHERE cause = 3
              GROUP BY account_id, contact_id, run_id HAVING COUNT(*) > 1) t
            """),
        ("finished runs that did not deal with their whole set", """
            SELECT COUNT(*) FROM runs r WHERE r.kind = 'label-rule' AND r.state = 3 AND (r.done_count <> r.total_count
              OR EXISTS (SELECT 1 FROM label_rule_targets t WHERE t.account_id = r.account_id AND t.run_id = r.run_id))
            """),
    ];

    /// <summary>Asks everything.</summary>
    /// <returns>What is broken; empty when all is well.</returns>
    public static async Task<IReadOnlyList<string>> BrokenAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var broken = new List<string>();
        foreach (var (what, sql) in Questions)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql.Replace("{bit}", connection is SqlConnection ? "bit" : "boolean", StringComparison.Ordinal)
                .Replace("CAST(0 AS boolean)", "false", StringComparison.Ordinal);
            if (Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture) is > 0 and var count)
            {
                broken.Add($"{count} {what}");
            }
        }
        return broken;
    }
}
