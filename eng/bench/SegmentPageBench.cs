using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>
/// Pages of five filters, one after the other, each by turns with the SQL written by hand for the same page; the result is the sum
/// of the five medians. Then smaller pages, and the same at a hundredth of the size: their 99th percentile should not grow. That
/// is asked of pages that are full at both sizes, since of a filter with less than a page of contacts, all that its index offers
/// has to be looked at, which grows with the contacts.
/// </summary>
internal static class SegmentPageBench
{
    private const int PageSize = 100;

    /// <summary>Four of the five filters have more contacts than this at 10,000.</summary>
    private const int SmallPageSize = 25;
    private const int Pages = 100;
    private const int Warming = 2;

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var before = (await MeasureAsync(run with { Size = Math.Max(1000, run.Size / 100) }, [SmallPageSize], cancellationToken))[0];
        var measured = await MeasureAsync(run, [PageSize, SmallPageSize], cancellationToken);
        var (walks, after) = (measured[0], measured[1]);
        foreach (var (small, large) in before.Zip(after).Where(w => w.First.Full.Count > 0 && w.Second.Full.Count > 0))
        {
            BenchRun.Sample($"{large.Question.Name}: p99 of full pages", large.Full.Quantile(0.99), "ms");
            BenchRun.Sample("  a hundredth of the size", small.Full.Quantile(0.99), "ms");
        }
        return new Outcome(walks.Sum(w => w.Ours.Median()), "ms", walks.Sum(w => w.Plain.Median()));
    }

    private static async Task<List<List<PageWalk>>> MeasureAsync(BenchRun run, int[] pageSizes, CancellationToken cancellationToken)
    {
        await using var stack = await SegmentBed.StartAsync(run.Size, cancellationToken);
        await using var connection = await SegmentBed.OpenAsync(stack, cancellationToken);
        var all = new List<List<PageWalk>>();
        foreach (var pageSize in pageSizes)
        {
            BenchRun.Progress($"reading pages of {pageSize}");
            var walks = SegmentBed.Questions.Select(q => new PageWalk(q, pageSize)).ToList();
            // The first walks are not counted: they fill what is kept in memory, and a service that has just started is compiled anew while
            // it is first called, which all the filters have in common and the first alone would pay for.
            for (var round = -Warming; round < run.Rounds; round++)
            {
                foreach (var walk in walks)
                {
                    await WalkAsync(stack, connection, round < 0 ? new(walk.Question, pageSize) : walk, cancellationToken);
                }
            }
            foreach (var walk in walks)
            {
                BenchRun.Sample(string.Create(CultureInfo.InvariantCulture, $"{walk.Question.Name}, {pageSize} of {run.Size}"), walk.Ours.Median(), "ms");
                BenchRun.Sample("  p99", walk.Ours.Quantile(0.99), "ms");
                BenchRun.Sample("  by hand", walk.Plain.Median(), "ms");
                BenchRun.Sample("  p99 by hand", walk.Plain.Quantile(0.99), "ms");
                BenchRun.Sample("  ratio", walk.Ours.Median() / walk.Plain.Median(), "");
            }
            all.Add(walks);
        }
        return all;
    }

    /// <summary>
    /// Reads <see cref="Pages"/> pages, from the beginning again behind the last: so that of a filter with one page as many are
    /// taken as of one with thousands. Each side goes first by turns, because who goes second finds in memory what the first read.
    /// </summary>
    private static async Task WalkAsync(OwnStack stack, NpgsqlConnection connection, PageWalk walk, CancellationToken cancellationToken)
    {
        var (after, request) = (0L, new ListSegmentContactsRequest { Contacts = new() { Filter = walk.Question.Filter }, PageSize = walk.PageSize });
        for (var i = 0; i < Pages; i++)
        {
            var (page, rows) = ((ListSegmentContactsResponse)null!, 0);
            Func<Task>[] sides = [OursAsync, PlainSideAsync];
            foreach (var side in i % 2 == 0 ? sides : sides.Reverse())
            {
                await side();
            }
            BenchRun.Check($"rows of a page of {walk.Question.Name}", rows, page.Contacts.Count);
            if (rows == walk.PageSize)
            {
                walk.Full.Add(walk.Ours[^1]);
            }
            request.PageToken = page.NextPageToken;
            after = page.NextPageToken.Length > 0 ? page.Contacts[^1].ContactId : 0;

            async Task OursAsync() =>
                walk.Ours.Add(await SegmentBed.TimeAsync(async () => page = await stack.Segments().ListSegmentContactsAsync(request, stack.Headers, cancellationToken: cancellationToken)));

            async Task PlainSideAsync() =>
                walk.Plain.Add(await SegmentBed.TimeAsync(async () => rows = await PlainAsync(connection, walk, after, cancellationToken)));
        }
    }

    /// <summary>The page with what the answer carries: the contacts, their labels and their fields.</summary>
    private static async Task<int> PlainAsync(NpgsqlConnection connection, PageWalk walk, long after, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
            WITH page AS MATERIALIZED (SELECT {walk.Question.Id} AS contact_id FROM {walk.Question.Plain} AND {walk.Question.Id} > {after} ORDER BY 1 LIMIT {walk.PageSize})
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

/// <summary>Milliseconds of the pages of a filter.</summary>
/// <param name="question">The filter.</param>
/// <param name="pageSize">Contacts that fit into a page.</param>
internal sealed class PageWalk(SegmentQuestion question, int pageSize)
{
    public SegmentQuestion Question { get; } = question;

    public int PageSize { get; } = pageSize;

    public List<double> Ours { get; } = [];

    public List<double> Plain { get; } = [];

    /// <summary>Of ours, those that held as many contacts as fit.</summary>
    public List<double> Full { get; } = [];
}
