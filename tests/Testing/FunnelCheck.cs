using System.Data.Common;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;

namespace ContactPlatform.Testing;

/// <summary>
/// What must hold of Funnel's data whatever happened: asked of the database itself, past all code that could agree with
/// its own mistakes.
/// </summary>
public static partial class FunnelCheck
{
    /// <summary>
    /// Questions whose count must be 0, each with what it would mean; {what:…} names the contact concerned, 0 where it is
    /// a run.
    /// </summary>
    private static readonly (string Broken, string Sql)[] Questions =
    [
        ("histories whose versions are not 1, 2, 3, …", """
            SELECT {what:h.contact_id} FROM (SELECT contact_id, MIN(version) AS low, MAX(version) AS high, COUNT(*) AS number
              FROM stage_changes GROUP BY account_id, contact_id) h WHERE low <> 1 OR high <> number
            """),
        ("entries that do not start where the one before ended", """
            SELECT {what:c.contact_id} FROM stage_changes c JOIN stage_changes p
              ON p.account_id = c.account_id AND p.contact_id = c.contact_id AND p.version = c.version - 1
            WHERE COALESCE(c.from_stage, 0) <> COALESCE(p.to_stage, 0) OR c.from_lost <> p.to_lost OR c.change_time < p.change_time
            """),
        ("first entries that do not start without a stage", """
            SELECT {what:contact_id} FROM stage_changes WHERE version = 1 AND (from_stage IS NOT NULL OR from_lost <> CAST(0 AS {bit}))
            """),
        ("entries that change nothing", """
            SELECT {what:contact_id} FROM stage_changes WHERE COALESCE(from_stage, 0) = COALESCE(to_stage, 0) AND from_lost = to_lost
            """),
        ("contacts that do not stand where their history ends", """
            SELECT {what:s.contact_id} FROM contact_stages s LEFT JOIN stage_changes c
              ON c.account_id = s.account_id AND c.contact_id = s.contact_id AND c.version = s.version
            WHERE CASE WHEN s.version = 0 THEN CASE WHEN s.stage IS NULL AND s.lost = CAST(0 AS {bit}) AND s.change_time IS NULL THEN 0 ELSE 1 END
              WHEN c.version IS NOT NULL AND COALESCE(s.stage, 0) = COALESCE(c.to_stage, 0) AND s.lost = c.to_lost AND s.change_time = c.change_time THEN 0
              ELSE 1 END = 1
            """),
        ("contacts with entries beyond their version", """
            SELECT {what:c.contact_id} FROM stage_changes c LEFT JOIN contact_stages s
              ON c.account_id = s.account_id AND c.contact_id = s.contact_id
            WHERE s.version IS NULL OR c.version > s.version
            """),
        ("entries before the contact's creation or after its deletion", """
            SELECT {what:c.contact_id} FROM stage_changes c JOIN contact_stages s ON c.account_id = s.account_id AND c.contact_id = s.contact_id
            WHERE c.change_time < s.create_time OR c.change_time > s.delete_time
            """),
        ("contacts whose record is inactive and which are not lost", """
            SELECT {what:contact_id} FROM contact_stages WHERE record_inactive <> CAST(0 AS {bit}) AND lost = CAST(0 AS {bit})
            """),
        ("runs whose count of changes is not that of their entries", """
            SELECT {what:0} FROM runs r WHERE r.kind = 'label-rule' AND r.changed_count <> (SELECT COUNT(*) FROM stage_changes c
              WHERE c.account_id = r.account_id AND c.run_id = r.run_id AND c.cause = 3)
            """),
        ("undoings whose counts are not those of their entries and of what they left", """
            SELECT {what:0} FROM runs r WHERE r.kind = 'label-rule-undo' AND (r.changed_count <> (SELECT COUNT(*) FROM stage_changes c
                WHERE c.account_id = r.account_id AND c.run_id = r.run_id AND c.cause = 6)
              OR r.done_count <> r.changed_count + (SELECT COUNT(*) FROM undo_results u WHERE u.account_id = r.account_id AND u.run_id = r.run_id)
              OR (r.state = 3 AND r.done_count <> r.total_count))
            """),
        ("contacts that a run moved twice", """
            SELECT {what:t.contact_id} FROM (SELECT account_id, contact_id, run_id FROM stage_changes WHERE cause IN (3, 6)
              GROUP BY account_id, contact_id, run_id HAVING COUNT(*) > 1) t
            """),
        ("finished runs that did not deal with their whole set", """
            SELECT {what:0} FROM runs r WHERE r.kind = 'label-rule' AND r.state = 3 AND (r.done_count <> r.total_count
              OR EXISTS (SELECT 1 FROM label_rule_targets t WHERE t.account_id = r.account_id AND t.run_id = r.run_id))
            """),
    ];

    /// <summary>Asks everything.</summary>
    /// <returns>What is broken, each with the history of the first contact concerned; empty when all is well.</returns>
    public static async Task<IReadOnlyList<string>> BrokenAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var broken = new List<string>();
        foreach (var (what, sql) in Questions)
        {
            if (await NumberAsync(connection, What().Replace(sql, "COUNT(*)"), cancellationToken) is > 0 and var count)
            {
                var first = await NumberAsync(connection, What().Replace(sql, "MIN($1)"), cancellationToken);
                broken.Add($"{count} {what}{(first == 0 ? "" : "\n" + await HistoryAsync(connection, first, cancellationToken))}");
            }
        }
        return broken;
    }

    /// <summary>
    /// Waits until Funnel has applied all that Contacts told, and compares who exists.
    /// </summary>
    /// <returns>What is wrong; empty when each contact of Contacts has its row, and nobody else has one that is not ended.</returns>
    public static async Task<IReadOnlyList<string>> MissingAsync(TestDatabase contacts, TestDatabase funnel, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (await BehindAsync("Funnel", contacts, funnel, patience, cancellationToken) is { } behind)
        {
            return [behind];
        }
        await using var source = await contacts.OpenAsync(cancellationToken);
        await using var target = await funnel.OpenAsync(cancellationToken);
        var here = await IdsAsync(source, "SELECT account_id, contact_id FROM contacts ORDER BY account_id, contact_id");
        var there = await IdsAsync(target, "SELECT account_id, contact_id FROM contact_stages WHERE delete_time IS NULL ORDER BY account_id, contact_id");
        return [.. Say("contacts without a row in Funnel", here.Except(there)), .. Say("rows of Funnel without a contact", there.Except(here))];

        static IEnumerable<string> Say(string what, IEnumerable<(long Account, long Contact)> ids)
        {
            var all = ids.ToList();
            return all.Count == 0 ? [] : [$"{all.Count} {what}: {string.Join(", ", all.Take(10))}"];
        }

        async Task<HashSet<(long, long)>> IdsAsync(DbConnection connection, string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var ids = new HashSet<(long, long)>();
            while (await reader.ReadAsync(cancellationToken))
            {
                ids.Add((reader.GetInt64(0), reader.GetInt64(1)));
            }
            return ids;
        }
    }

    /// <summary>Waits until a service has applied all that Contacts told, for as long as it goes on: patience is for standing still.</summary>
    /// <returns>How far it is instead; null when it has.</returns>
    public static async Task<string?> BehindAsync(string follower, TestDatabase contacts, TestDatabase followers, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var source = await contacts.OpenAsync(cancellationToken);
        await using var target = await followers.OpenAsync(cancellationToken);
        var (moved, before) = (Stopwatch.GetTimestamp(), "");
        while (true)
        {
            var told = await TextAsync(source, "SELECT COALESCE((SELECT lpad(to_hex(transaction_id::text::bigint), 16, '0') || '-' || lpad(to_hex(change_id), 16, '0') FROM outbox ORDER BY outbox.transaction_id DESC, change_id DESC LIMIT 1), '')");
            var applied = await TextAsync(target, "SELECT COALESCE((SELECT position FROM feed_positions WHERE source = 'contacts'), '')");
            if (string.CompareOrdinal(applied, told) >= 0)
            {
                return null;
            }
            if (applied != before)
            {
                (moved, before) = (Stopwatch.GetTimestamp(), applied);
            }
            if (Stopwatch.GetElapsedTime(moved) > patience)
            {
                return $"{follower} has been at {applied} for {patience.TotalSeconds:0} s, and Contacts has told up to {told}";
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }

        async Task<string> TextAsync(DbConnection connection, string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }

    private static async Task<long> NumberAsync(DbConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql.Replace("{bit}", connection is SqlConnection ? "bit" : "boolean", StringComparison.Ordinal)
            .Replace("CAST(0 AS boolean)", "false", StringComparison.Ordinal);
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<string> HistoryAsync(DbConnection connection, long contactId, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var table in new[] { "contact_stages", "stage_changes" })
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SELECT * FROM {table} WHERE contact_id = {contactId} ORDER BY account_id, version";
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                text.Append("  ").Append(table).Append(':');
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    text.Append(System.Globalization.CultureInfo.InvariantCulture, $" {reader.GetName(i)}={(reader.GetValue(i) is DateTime time ? time.ToString("O") : reader.GetValue(i))}");
                }
                text.Append('\n');
            }
        }
        return text.ToString();
    }

    [GeneratedRegex(@"\{what:([^}]*)\}")]
    private static partial Regex What();
}
