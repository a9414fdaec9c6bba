using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Grpc.Core;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>ExportContacts of everybody with every column, by turns with a COPY of the same columns.</summary>
internal static class ExportBench
{
    private static readonly string Plain =
        $$"""
        COPY (
          SELECT c.contact_id, c.email, c.phone, c.given_name, c.family_name, c.time_zone, c.record_state, c.source, c.subscribed_time, c.owner, c.lead_score,
            c.create_time, c.update_time, l.names, s.stage, s.lost, s.change_time, {{string.Join(", ", Enumerable.Range(0, SegmentBed.FieldColumns.Count).Select(i => $"v.f{i}"))}}
          FROM contacts c
          LEFT JOIN (SELECT m.contact_id, string_agg(n.display_name, ';') AS names FROM label_members m JOIN labels n USING (account_id, label_id)
            WHERE m.account_id = {{ContactsHost.Account}} GROUP BY m.contact_id) l ON l.contact_id = c.contact_id
          LEFT JOIN contact_stages s ON s.account_id = {{ContactsHost.Account}} AND s.contact_id = c.contact_id
          LEFT JOIN (SELECT contact_id, {{string.Join(", ", SegmentBed.FieldColumns.Select((f, i) => $"max({f.Column}{(f.Column == "boolean_value" ? "::int" : "")}) FILTER (WHERE custom_field_id = {f.Id}) AS f{i}"))}}
            FROM contact_field_values WHERE account_id = {{ContactsHost.Account}} GROUP BY contact_id) v ON v.contact_id = c.contact_id
          WHERE c.account_id = {{ContactsHost.Account}} ORDER BY c.contact_id
        ) TO STDOUT (FORMAT csv)
        """;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var stack = await SegmentBed.StartAsync(run.Size, cancellationToken);
        await using var connection = await SegmentBed.OpenAsync(stack, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        for (var round = 0; round < run.Rounds; round++)
        {
            BenchRun.Progress("exporting");
            stack.Contacts.Service.ForgetPeak();
            work.Add(await SegmentBed.TimeAsync(async () => BenchRun.Check("rows", await ExportAsync(stack, cancellationToken), run.Size)));
            limit.Add(await SegmentBed.TimeAsync(async () => BenchRun.Check("rows", await PlainAsync(connection, cancellationToken), run.Size)));
            BenchRun.Sample("export", work[^1], "ms");
            BenchRun.Sample("  COPY", limit[^1], "ms");
            BenchRun.Sample("  memory of Contacts at most", stack.Contacts.Service.PeakBytes() / 1e6, "MB");
        }
        return Outcome.ByTurns(work, limit, "ms");
    }

    /// <summary>Reads the file to its end, and counts its lines below the header.</summary>
    private static async Task<long> ExportAsync(OwnStack stack, CancellationToken cancellationToken)
    {
        using var call = new ExportService.ExportServiceClient(stack.Contacts.Service.Channel).ExportContacts(new() { Contacts = new() { Filter = "" } }, stack.Headers, cancellationToken: cancellationToken);
        var lines = 0L;
        await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            lines += part.Data.Span.Count((byte)'\n');
        }
        return lines - 1;
    }

    private static async Task<long> PlainAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        using var output = await connection.BeginTextExportAsync(Plain, cancellationToken);
        var (buffer, lines) = (new char[64 << 10], 0L);
        while (await output.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            lines += buffer.AsSpan(0, read).Count('\n');
        }
        return lines;
    }
}
