using System.Data.Common;
using System.Diagnostics;

namespace ContactPlatform.Testing;

/// <summary>What must hold of Contacts' projection of Funnel whatever happened, asked of both databases.</summary>
public static class ProjectionCheck
{
    /// <summary>Waits until Contacts has applied all that Funnel told, and compares where contacts stand.</summary>
    /// <returns>What is wrong; empty when each contact that ever moved stands where Funnel has it, and nobody else has a row.</returns>
    public static async Task<IReadOnlyList<string>> WrongAsync(TestDatabase contacts, TestDatabase funnel, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var target = await contacts.OpenAsync(cancellationToken);
        await using var source = await funnel.OpenAsync(cancellationToken);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var told = (await RowsAsync(source, "SELECT COALESCE((SELECT lpad(to_hex(transaction_id::text::bigint), 16, '0') || '-' || lpad(to_hex(change_id), 16, '0') FROM outbox ORDER BY outbox.transaction_id DESC, change_id DESC LIMIT 1), '')")).Single();
            var applied = (await RowsAsync(target, "SELECT COALESCE((SELECT position FROM feed_positions WHERE source = 'funnel'), '')")).Single();
            if (string.CompareOrdinal(applied, told) >= 0)
            {
                break;
            }
            if (Stopwatch.GetElapsedTime(started) > patience)
            {
                return [$"Contacts is at {applied} after {patience.TotalSeconds:0} s, and Funnel has told up to {told}"];
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }

        var exist = await RowsAsync(target, "SELECT account_id || ' ' || contact_id FROM contacts");
        var should = (await RowsAsync(source, "SELECT account_id || ' ' || contact_id || ' stage ' || COALESCE(stage, 0) || CASE WHEN lost THEN ' lost' ELSE '' END FROM contact_stages WHERE version > 0"))
            .Where(r => exist.Contains(string.Join(' ', r.Split(' ').Take(2)))).ToHashSet();
        var stand = await RowsAsync(target, "SELECT account_id || ' ' || contact_id || ' stage ' || COALESCE(stage, 0) || CASE WHEN lost THEN ' lost' ELSE '' END FROM contact_stages");
        var defaults = await RowsAsync(source, "SELECT account_id || ' ' || stage FROM default_stages d WHERE version = (SELECT MAX(version) FROM default_stages m WHERE m.account_id = d.account_id)");
        var shown = await RowsAsync(target, "SELECT account_id || ' ' || stage FROM funnel_defaults");
        return
        [
            .. Say("contacts that do not stand in Contacts as in Funnel", should.Except(stand)), .. Say("rows of Contacts that Funnel does not have", stand.Except(should)),
            .. Say("defaults that Contacts does not have", defaults.Except(shown)), .. Say("defaults that Funnel does not have", shown.Except(defaults)),
        ];

        static IEnumerable<string> Say(string what, IEnumerable<string> rows)
        {
            var all = rows.ToList();
            return all.Count == 0 ? [] : [$"{all.Count} {what}: {string.Join(", ", all.Take(10))}"];
        }

        async Task<HashSet<string>> RowsAsync(DbConnection connection, string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var rows = new HashSet<string>();
            while (await reader.ReadAsync(cancellationToken))
            {
                rows.Add(reader.GetString(0));
            }
            return rows;
        }
    }
}
