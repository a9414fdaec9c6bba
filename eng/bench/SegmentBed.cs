using System.Diagnostics;
using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>A filter, and the best SQL that we could write by hand for it on the same tables.</summary>
/// <param name="Name">What it is, for people.</param>
/// <param name="Filter">As it is sent.</param>
/// <param name="Plain">What follows FROM, up to where a page's condition and order would be added.</param>
/// <param name="Id">The contact's id in it.</param>
internal sealed record SegmentQuestion(string Name, string Filter, string Plain, string Id);

/// <summary>Contacts with ten custom fields each, labels and stages, written straight into Contacts' database.</summary>
internal static class SegmentBed
{
    private const long Account = ContactsHost.Account;
    private const long Field = 1_000_000_000_000;
    private const long Label = 1_000_000_000_100;

    /// <summary>From selective to broad: about one in 2,800 contacts, in 340, in 210, in 5, and more than half of them.</summary>
    public static readonly SegmentQuestion[] Questions =
    [
        new("city, last open, stage", "field.city = \"city 17\" AND field.last_open < 2026-04-08 AND funnel.stage = CUSTOMER",
            $"""
            contact_field_values a JOIN contact_field_values b ON b.account_id = {Account} AND b.contact_id = a.contact_id AND b.custom_field_id = {Field + 6} AND b.date_value < DATE '2026-04-08'
            JOIN contact_stages s ON s.account_id = {Account} AND s.contact_id = a.contact_id AND s.stage = 3 AND NOT s.lost
            WHERE a.account_id = {Account} AND a.custom_field_id = {Field} AND a.text_key = 'city 17'
            """, "a.contact_id"),
        new("label and number", "label:\"one in a hundred\" AND field.points >= 7000",
            $"""
            label_members m JOIN contact_field_values v ON v.account_id = {Account} AND v.contact_id = m.contact_id AND v.custom_field_id = {Field + 3} AND v.number_value >= 7000
            WHERE m.account_id = {Account} AND m.label_id = {Label}
            """, "m.contact_id"),
        new("stage and time", "funnel.stage = PROMOTER AND subscribed_time > 2026-02-28",
            $"""
            contacts c JOIN contact_stages s ON s.account_id = {Account} AND s.contact_id = c.contact_id AND s.stage = 5 AND NOT s.lost
            WHERE c.account_id = {Account} AND c.subscribed_time >= TIMESTAMPTZ '2026-03-01 00:00:00Z'
            """, "c.contact_id"),
        new("either, but not", "(field.plan = gold OR label:\"one in a hundred\") AND NOT field.newsletter = false AND record_state = ACTIVE",
            $"""
            contacts c JOIN (SELECT contact_id FROM contact_field_values WHERE account_id = {Account} AND custom_field_id = {Field + 1} AND text_key = 'gold'
              UNION SELECT contact_id FROM label_members WHERE account_id = {Account} AND label_id = {Label}) o ON o.contact_id = c.contact_id
            WHERE c.account_id = {Account} AND c.record_state = 1
              AND NOT EXISTS (SELECT 1 FROM contact_field_values n WHERE n.account_id = {Account} AND n.contact_id = c.contact_id AND n.custom_field_id = {Field + 8} AND NOT n.boolean_value)
            """, "c.contact_id"),
        new("newsletter and score", "field.newsletter = true AND lead_score >= 20",
            $"""
            contacts c JOIN contact_field_values v ON v.account_id = {Account} AND v.contact_id = c.contact_id AND v.custom_field_id = {Field + 8} AND v.boolean_value
            WHERE c.account_id = {Account} AND c.lead_score >= 20
            """, "c.contact_id"),
    ];

    private static readonly (string Key, int Type, string Column, string Value)[] Fields =
    [
        ("city", 1, "text_value, text_key", "'City ' || h1 % 1000, 'city ' || h1 % 1000"),
        ("plan", 5, "text_value, text_key", "CASE WHEN h2 % 3 = 0 THEN 'Gold' WHEN h2 % 3 = 1 THEN 'Silver' ELSE 'Bronze' END, CASE WHEN h2 % 3 = 0 THEN 'gold' WHEN h2 % 3 = 1 THEN 'silver' ELSE 'bronze' END"),
        ("nick", 1, "text_value, text_key", "'nick' || h3, 'nick' || h3"),
        ("points", 2, "number_value", "h4 % 10000"),
        ("spent", 2, "number_value", "(h5 % 1000000) / 100.0"),
        ("birthday", 3, "date_value", "DATE '1950-01-01' + h6 % 20000"),
        ("last_open", 3, "date_value", "DATE '2026-01-01' + h7 % 200"),
        ("vip", 4, "boolean_value", "h8 % 10 = 0"),
        ("newsletter", 4, "boolean_value", "h9 % 10 < 7"),
        ("tier", 1, "text_value, text_key", "'T' || h10 % 20, 't' || h10 % 20"),
    ];

    /// <summary>The custom fields, and the column that holds each.</summary>
    public static IReadOnlyList<(long Id, string Column)> FieldColumns { get; } = [.. Fields.Select((f, i) => (Field + i, f.Column.Split(',')[0]))];

    /// <summary>Starts Contacts alone, with contacts.</summary>
    public static async Task<OwnStack> StartAsync(int contacts, CancellationToken cancellationToken)
    {
        BenchRun.Progress("starting PostgreSQL, Redis and Contacts");
        var stack = await OwnStack.StartAsync(0, cancellationToken);
        try
        {
            BenchRun.Progress(string.Create(CultureInfo.InvariantCulture, $"writing {contacts} contacts with {Fields.Length} custom fields each"));
            await FillAsync(stack, contacts, cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    public static SegmentService.SegmentServiceClient Segments(this OwnStack stack) => new(stack.Contacts.Service.Channel);

    /// <summary>Times one piece of work, in milliseconds.</summary>
    public static async Task<double> TimeAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Opens a connection for the SQL written by hand.</summary>
    public static async Task<NpgsqlConnection> OpenAsync(OwnStack stack, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(stack.Contacts.Database.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        // As the service does: compiling to machine code takes longer than most of these.
        await using var settings = new NpgsqlCommand("SET jit = off", connection);
        await settings.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    /// <summary>What takes the indexes of the values away, and what makes them again.</summary>
    private const string TakeIndexes =
        """
        CREATE TEMPORARY TABLE statements AS
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS take,
          format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
        FROM pg_constraint WHERE conrelid = 'contact_field_values'::regclass AND contype = 'p'
        UNION ALL
        SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'contact_field_values'::regclass AND NOT indisprimary
        """;

    private static string Do(string column) =>
        $"DO $$ DECLARE statement text; BEGIN FOR statement IN SELECT {column} FROM statements LOOP EXECUTE statement; END LOOP; END $$";

    private static async Task FillAsync(OwnStack stack, int contacts, CancellationToken cancellationToken)
    {
        // The hash makes numbers that look random, and the same in each run: h1 to h10 for the fields.
        var hashes = string.Join(", ", Enumerable.Range(1, Fields.Length).Select(i => $"abs(hashint4extended(i, {i}) % 1000000000)::int AS h{i}"));
        await OwnStack.ExecuteAsync(stack.Contacts.Database, cancellationToken,
        [
            // Ten million values: looking at both references of each, and into five indexes, takes longer than all that is measured.
            "SET session_replication_role = replica",
            "SET maintenance_work_mem = '512MB'",
            TakeIndexes,
            Do("take"),
            $"""
            INSERT INTO contacts (account_id, contact_id, email, given_name, family_name, time_zone, record_state, source, owner, lead_score, subscribed_time, create_time, update_time, version, given_name_key, family_name_key, source_key)
            SELECT {Account}, i, 'person' || i || '@crowd.example', 'Ada', 'Example', 'Europe/Paris', CASE WHEN h1 % 10 = 0 THEN 2 ELSE 1 END, 'crowd', '', h2 % 100,
              TIMESTAMPTZ '2024-05-01 00:00:00Z' + (h3 % 1000000) * INTERVAL '1 minute', now(), now(), 1, 'ada', 'example', 'crowd'
            FROM (SELECT i, {hashes} FROM generate_series(1, {contacts}) i) h
            """,
            $"INSERT INTO labels (account_id, label_id, display_name, name_key, create_time, update_time, version) VALUES ({Account}, {Label}, 'One in a hundred', 'one in a hundred', now(), now(), 1)",
            $"INSERT INTO label_members (account_id, label_id, contact_id) SELECT {Account}, {Label}, i FROM generate_series(1, {contacts}, 100) i",
            $"""
            INSERT INTO contact_stages (account_id, contact_id, stage, lost, change_time)
            SELECT {Account}, i, 1 + h1 % 5, h2 % 20 = 0, now() FROM (SELECT i, {hashes} FROM generate_series(1, {contacts}) i) h WHERE h3 % 10 < 7
            """,
            .. Fields.Select((f, n) => $"""
            INSERT INTO custom_fields (account_id, custom_field_id, field_key, display_name, type, choices, create_time, update_time, version)
            VALUES ({Account}, {Field + n}, '{f.Key}', '{f.Key}', {f.Type}, ARRAY{(f.Type == 5 ? "['Gold', 'Silver', 'Bronze']" : "[]")}::text[], now(), now(), 1)
            """),
            .. Fields.Select((f, n) => $"""
            INSERT INTO contact_field_values (account_id, contact_id, custom_field_id, {f.Column})
            SELECT {Account}, i, {Field + n}, {f.Value} FROM (SELECT i, {hashes} FROM generate_series(1, {contacts}) i) h
            """),
            Do("make"),
            "VACUUM (ANALYZE) contacts, labels, label_members, contact_stages, custom_fields, contact_field_values",
            "CHECKPOINT",
        ]);
    }
}
