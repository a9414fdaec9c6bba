namespace ContactPlatform.Bench;

/// <summary>One measurement.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="DefaultSize">Contacts, rows or calls.</param>
/// <param name="Work">What is measured.</param>
/// <param name="Against">Its limit.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record Bench(string Name, int DefaultSize, string Work, string Against, Func<BenchRun, CancellationToken, Task<Outcome>> RunAsync);

/// <summary>All of them.</summary>
internal static class Benches
{
    public static readonly Bench[] All =
    [
        new("label-rule", 1_000_000, "run of a label rule, from RunLabelRule to SUCCEEDED: snapshot, stage, history, feed, progress",
            "plain SQL on one connection: the same stage, history and outbox rows, 1,000 per commit", LabelRuleBench.RunAsync),
        new("label-rule-noop", 1_000_000, "run of a label rule over contacts that all have its stage", "the run before it, which gave it to them", LabelRuleBench.NoopAsync),
        new("import", 1_000_000, "CSV with 3 labels a row through gRPC, from the first byte to the end of its run, every row readable",
            "COPY of the same rows into the same tables and indexes", ImportBench.RunAsync),
    ];

    public static Bench? Find(string? name) => All.FirstOrDefault(b => b.Name == name);
}
