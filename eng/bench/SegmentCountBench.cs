using System.Globalization;
using ContactPlatform.Contacts.V1;
using ContactPlatform.Testing;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>CountSegment for five filters, each by turns with the SQL written by hand; the result is the sum of all five.</summary>
internal static class SegmentCountBench
{
    /// <summary>Among 10,000 contacts a call took 0.9 ms longer after 500 than after 12,000. Among 1,000,000, where it waits longer for the database, 5,000 and 20,000 made no difference.</summary>
    private const int Warming = 5000;

    /// <summary>Asks all that the first question asks, and finds nobody: it takes no longer among many.</summary>
    private static readonly SegmentQuestion Nobody = SegmentBed.Questions[0] with
    {
        Filter = SegmentBed.Questions[0].Filter.Replace("city 17", "nowhere", StringComparison.Ordinal),
        Plain = SegmentBed.Questions[0].Plain.Replace("city 17", "nowhere", StringComparison.Ordinal),
    };

    /// <summary>Milliseconds.</summary>
    private const double Short = 100;

    private const int More = 20;

    private static readonly ContactSet One = new() { ContactIds = new() { ContactIds_ = { 1 } } };

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var stack = await SegmentBed.StartAsync(run.Size, cancellationToken);
        await using var connection = await SegmentBed.OpenAsync(stack, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        BenchRun.Progress("warming up");
        // A service that has just started is compiled anew while it is first called.
        for (var i = 0; i < Warming; i++)
        {
            await CountAsync(stack, Nobody, cancellationToken);
            await CountAsync(stack, One, cancellationToken);
            await PlainAsync(connection, Nobody, cancellationToken);
        }
        BenchRun.Progress("counting");
        var way = new List<double>();
        for (var i = 0; i < run.Rounds * More; i++)
        {
            // As rarely as the questions are asked: whoever waits in between wakes up later.
            await PlainAsync(connection, SegmentBed.Questions[0], cancellationToken);
            way.Add(await SegmentBed.TimeAsync(async () => BenchRun.Check("one contact", await CountAsync(stack, One, cancellationToken), 1)));
        }
        BenchRun.Sample("any call: one contact by its id, no name to look up", way.Median(), "ms");
        foreach (var question in SegmentBed.Questions)
        {
            var (ours, plain) = (new List<double>(), new List<double>());
            var count = await CountAsync(stack, question, cancellationToken);
            Func<Task>[] sides =
            [
                async () => ours.Add(await SegmentBed.TimeAsync(async () => BenchRun.Check(question.Name, await CountAsync(stack, question, cancellationToken), count))),
                async () => plain.Add(await SegmentBed.TimeAsync(async () => BenchRun.Check(question.Name, await PlainAsync(connection, question, cancellationToken), count))),
            ];
            // What takes milliseconds is asked more often; who goes second finds in memory what the first read.
            for (var round = 0; round < run.Rounds * (ours.Count > 0 && ours[0] > Short ? 1 : More); round++)
            {
                foreach (var side in round % 2 == 0 ? sides : sides.Reverse())
                {
                    await side();
                }
            }
            work.Add(ours.Median());
            limit.Add(plain.Median());
            BenchRun.Sample(string.Create(CultureInfo.InvariantCulture, $"{question.Name}: {count} of {run.Size}"), work[^1], "ms");
            BenchRun.Sample("  by hand", limit[^1], "ms");
            BenchRun.Sample("  ratio", work[^1] / limit[^1], "");
        }
        return new Outcome(work.Sum(), "ms", limit.Sum());
    }

    private static Task<long> CountAsync(OwnStack stack, SegmentQuestion question, CancellationToken cancellationToken) =>
        CountAsync(stack, new ContactSet { Filter = question.Filter }, cancellationToken);

    private static async Task<long> CountAsync(OwnStack stack, ContactSet set, CancellationToken cancellationToken) =>
        (await stack.Segments().CountSegmentAsync(new() { Contacts = set }, stack.Headers, cancellationToken: cancellationToken)).ContactCount;

    private static async Task<long> PlainAsync(NpgsqlConnection connection, SegmentQuestion question, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT COUNT(*) FROM {question.Plain}", connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
