using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>
/// Pages of 100 contacts of five filters, one after the other, each by turns with the SQL written by hand for the same page;
/// and their 99th percentile at a hundredth of the size, which should be the same. The result is the sum of the five medians.
/// </summary>
internal static class SegmentPageBench
{
    private const int PageSize = 100;
    private const int Pages = 100;
    private const int Warming = 2;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var small = await MeasureAsync(run with { Size = Math.Max(1000, run.Size / 100) }, cancellationToken);
        var large = await MeasureAsync(run, cancellationToken);
        BenchRun.Sample("p99, a hundredth of the size", small.Pages.Quantile(0.99), "ms");
        BenchRun.Sample("  by hand", small.Plain.Quantile(0.99), "ms");
        BenchRun.Sample("p99", large.Pages.Quantile(0.99), "ms");
        BenchRun.Sample("  by hand", large.Plain.Quantile(0.99), "ms");
        return new Outcome(large.Work, "ms", large.Limit);
    }

    private static async Task<(double Work, double Limit, List<double> Pages, List<double> Plain)> MeasureAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var stack = await SegmentBed.StartAsync(run.Size, cancellationToken);
        await using var connection = await SegmentBed.OpenAsync(stack, cancellationToken);
        var walks = SegmentBed.Questions.Select(q => (Question: q, Ours: new List<double>(), Plain: new List<double>())).ToList();
        // The first walks are not counted: they fill what is kept in memory, and a service that has just started is compiled anew while
        // it is first called, which all the filters have in common and the first alone would pay for.
        for (var round = -Warming; round < run.Rounds; round++)
        {
            foreach (var walk in walks)
            {
                var measured = await WalkAsync(stack, connection, walk.Question, cancellationToken);
                if (round >= 0)
                {
                    walk.Ours.AddRange(measured.Work);
                    walk.Plain.AddRange(measured.Limit);
                }
            }
        }
        var (work, limit) = (0.0, 0.0);
        foreach (var (question, ours, plain) in walks)
        {
            BenchRun.Sample(string.Create(CultureInfo.InvariantCulture, $"{question.Name}, of {run.Size}"), ours.Median(), "ms");
            BenchRun.Sample("  p99", ours.Quantile(0.99), "ms");
            BenchRun.Sample("  by hand", plain.Median(), "ms");
            BenchRun.Sample("  p99 by hand", plain.Quantile(0.99), "ms");
            BenchRun.Sample("  ratio", ours.Median() / plain.Median(), "");
            work += ours.Median();
            limit += plain.Median();
        }
        return (work, limit, [.. walks.SelectMany(w => w.Ours)], [.. walks.SelectMany(w => w.Plain)]);
    }

    /// <summary>
    /// Reads <see cref="Pages"/> pages, from the beginning again behind the last: so that of a filter with one page as many are
    /// taken as of one with thousands. Each side goes first by turns, because who goes second finds in memory what the first read.
    /// </summary>
    private static async Task<(List<double> Work, List<double> Limit)> WalkAsync(OwnStack stack, NpgsqlConnection connection, SegmentQuestion question, CancellationToken cancellationToken)
    {
        var (work, limit) = (new List<double>(), new List<double>());
        var (after, request) = (0L, new ListSegmentContactsRequest { Contacts = new() { Filter = question.Filter }, PageSize = PageSize });
        for (var i = 0; i < Pages; i++)
        {
            var (page, rows) = ((ListSegmentContactsResponse)null!, 0);
            Func<Task>[] sides = [OursAsync, PlainSideAsync];
            foreach (var side in i % 2 == 0 ? sides : sides.Reverse())
            {
                await side();
            }
            BenchRun.Check($"rows of a page of {question.Name}", rows, page.Contacts.Count);
            request.PageToken = page.NextPageToken;
            after = page.NextPageToken.Length > 0 ? page.Contacts[^1].ContactId : 0;

            async Task OursAsync() =>
                work.Add(await SegmentBed.TimeAsync(async () => page = await stack.Segments().ListSegmentContactsAsync(request, stack.Headers, cancellationToken: cancellationToken)));

            async Task PlainSideAsync() => limit.Add(await SegmentBed.TimeAsync(async () => rows = await PlainAsync(connection, question, after, cancellationToken)));
        }
        return (work, limit);
    }

    /// <summary>The page with what the answer carries: the contacts, their labels and their fields.</summary>
    private static async Task<int> PlainAsync(NpgsqlConnection connection, SegmentQuestion question, long after, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH page AS MATERIALIZED (SELECT {question.Id} AS contact_id FROM {question.Plain} AND {question.Id} > {after} ORDER BY 1 LIMIT {PageSize})
            SELECT c.*, (SELECT array_agg(m.label_id) FROM label_members m WHERE m.account_id = {ContactsHost.Account} AND m.contact_id = c.contact_id),
              (SELECT json_agg(v) FROM contact_field_values v WHERE v.account_id = {ContactsHost.Account} AND v.contact_id = c.contact_id)
            FROM page p JOIN contacts c ON c.account_id = {ContactsHost.Account} AND c.contact_id = p.contact_id ORDER BY c.contact_id
            """, connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = 0;
        while (await reader.ReadAsync(cancellationToken))
        {
            reader.GetValues(new object[reader.FieldCount]);
            rows++;
        }
        return rows;
    }
}
