using System.Globalization;

namespace ContactPlatform.Testing;

/// <summary>
/// What must hold of the runs of Contacts whatever happened, asked of PostgreSQL itself: what a run counts is what it left
/// on the contacts' timelines, and nobody was changed twice. Nobody may have deleted a contact that a run changed: its
/// timeline goes with it.
/// </summary>
public static class ContactsCheck
{
    /// <summary>
    /// Of each block of 1,000 contacts that a run of Contacts has changed: `told` events and `contacts` that they are of.
    /// Funnel's runs, which timelines tell of as well, have numbers of their own, so the cause is part of the question.
    /// </summary>
    private const string Told =
        """
        WITH told AS (
          SELECT account_id, run_id, cause, block_id, SUM(bit_count(bits)) AS told, bit_count(bit_or(bits)) AS contacts FROM (
            SELECT account_id, run_id, cause, block_id, ('x' || encode(members, 'hex'))::bit(1000) AS bits FROM contact_event_blocks WHERE cause IN (20, 50)
            UNION ALL
            SELECT account_id, run_id, cause, contact_id / 1000, ('x' || encode(set_bit(decode(repeat('00', 125), 'hex'), (contact_id % 1000)::int, 1), 'hex'))::bit(1000) FROM contact_events WHERE cause IN (20, 50)
          ) e GROUP BY account_id, run_id, cause, block_id),
        runs_told AS (SELECT account_id, run_id, cause, SUM(told) AS told, SUM(contacts) AS contacts FROM told GROUP BY account_id, run_id, cause),
        skips AS (SELECT account_id, run_id, (SELECT COALESCE(SUM(value::bigint), 0) FROM json_each_text(skip_counts::json)) AS skipped FROM runs)
        SELECT COALESCE(string_agg(DISTINCT r.run_id::text, ', '), '') FROM runs r JOIN skips s USING (account_id, run_id)
        """;

    /// <summary>Questions that no run may answer, each with what it would mean.</summary>
    private static readonly (string Broken, string Sql)[] Questions =
    [
        ("bulk runs that changed other than the number of contacts whose timelines tell of it", """
            LEFT JOIN runs_told t ON t.account_id = r.account_id AND t.run_id = r.run_id AND t.cause = 20
            WHERE r.kind = 'bulk' AND r.changed_count <> COALESCE(t.contacts, 0)
            """),
        ("bulk runs that changed a contact twice", """
            JOIN runs_told t ON t.account_id = r.account_id AND t.run_id = r.run_id AND t.cause = 20 WHERE r.kind = 'bulk' AND t.told <> t.contacts
            """),
        ("runs whose contacts do not add up", """
            WHERE r.kind IN ('bulk', 'import', 'import-undo') AND (r.done_count <> r.changed_count + r.unchanged_count + s.skipped OR (r.state = 3 AND r.done_count <> r.total_count))
            """),
        ("finished bulk runs that left a part of their set", """
            WHERE r.kind = 'bulk' AND r.state = 3 AND EXISTS (SELECT 1 FROM bulk_run_pieces p WHERE p.account_id = r.account_id AND p.run_id = r.run_id)
            """),
        ("undos that put back other than the number of contacts whose timelines tell of it", """
            JOIN import_undos u ON u.account_id = r.account_id AND u.import_undo_id = r.run_id
            LEFT JOIN runs_told t ON t.account_id = r.account_id AND t.run_id = r.run_id AND t.cause = 50
            WHERE u.restored_count + u.partly_restored_count <> COALESCE(t.contacts, 0)
            """),
        ("undos that do not say of each contact which they left why", """
            JOIN import_undos u ON u.account_id = r.account_id AND u.import_undo_id = r.run_id
            WHERE u.partly_restored_count + u.kept_count + u.failed_count <> (SELECT COUNT(*) FROM import_undo_results x WHERE x.account_id = u.account_id AND x.import_undo_id = u.import_undo_id)
              OR r.changed_count <> u.deleted_count + u.restored_count + u.partly_restored_count
            """),
        ("finished undos that left something to undo", """
            JOIN import_undos u ON u.account_id = r.account_id AND u.import_undo_id = r.run_id
            WHERE r.state = 3 AND (EXISTS (SELECT 1 FROM import_creations c WHERE c.account_id = r.account_id AND c.import_id = u.import_id)
              OR EXISTS (SELECT 1 FROM import_changes c WHERE c.account_id = r.account_id AND c.import_id = u.import_id))
            """),
        ("imports that refused other than the number of rows that are told", """
            JOIN imports i ON i.account_id = r.account_id AND i.import_id = r.run_id
            WHERE i.refused_count <> (SELECT COUNT(*) FROM import_errors e WHERE e.account_id = i.account_id AND e.import_id = i.import_id)
            """),
    ];

    /// <summary>Asks everything.</summary>
    /// <returns>What is broken, each with the runs concerned; empty when all is well.</returns>
    public static async Task<IReadOnlyList<string>> BrokenAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var broken = new List<string>();
        foreach (var (what, sql) in Questions)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"{Told} {sql}";
            if (Convert.ToString(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture) is { Length: > 0 } runs)
            {
                broken.Add($"{what}: {runs}");
            }
        }
        return broken;
    }
}
