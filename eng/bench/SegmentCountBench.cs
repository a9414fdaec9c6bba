using System.Globalization;
using ContactPlatform.Testing;
using Npgsql;

namespace ContactPlatform.Bench;

/// <summary>CountSegment for five filters, each by turns with the SQL written by hand; the result is the sum of all five.</summary>
internal static class SegmentCountBench
{
    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var stack = await SegmentBed.StartAsync(run.Size, cancellationToken);
        await using var connection = await SegmentBed.OpenAsync(stack, cancellationToken);
        var (work, limit) = (new List<double>(), new List<double>());
        BenchRun.Progress("counting");
        foreach (var question in SegmentBed.Questions)
        {
            var (ours, plain, count) = (new List<double>(), new List<double>(), 0L);
            // The first round of each is not counted: it reads what the others find in memory.
            for (var round = 0; round <= run.Rounds; round++)
            {
                ours.Add(await SegmentBed.TimeAsync(async () => count = await CountAsync(stack, question, cancellationToken)));
                plain.Add(await SegmentBed.TimeAsync(async () => BenchRun.Check(question.Name, await PlainAsync(connection, question, cancellationToken), count)));
            }
            work.Add(ours.Skip(1).ToList().Median());
            limit.Add(plain.Skip(1).ToList().Median());
            BenchRun.Sample(string.Create(CultureInfo.InvariantCulture, $"{question.Name}: {count} of {run.Size}"), work[^1], "ms");
            BenchRun.Sample("  by hand", limit[^1], "ms");
            BenchRun.Sample("  ratio", work[^1] / limit[^1], "");
        }
        return new Outcome(work.Sum(), "ms", limit.Sum());
    }

    private static async Task<long> CountAsync(OwnStack stack, SegmentQuestion question, CancellationToken cancellationToken) =>
        (await stack.Segments().CountSegmentAsync(new() { Contacts = new() { Filter = question.Filter } }, stack.Headers, cancellationToken: cancellationToken)).ContactCount;

    private static async Task<long> PlainAsync(NpgsqlConnection connection, SegmentQuestion question, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT COUNT(*) FROM {question.Plain}", connection) { CommandTimeout = 0 };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
