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
        new("set-stage", 30_000, "SetStage, 64 callers, one Funnel", "the same SQL from 32 connections without gRPC", SetStageBench.RunAsync),
        new("as-of", 1_000_000, "GetFunnelReport as of a past moment, of contacts with five entries of history each; the slowest of five moments",
            "one statement that looks up the last entry of each before the moment; its slowest", AsOfBench.RunAsync),
        new("calm", 1_000_000, "p99 of SetStage and GetContact while a label rule runs and a file is imported, each of this size", "their p99 when idle", CalmBench.RunAsync),
        new("feed-lag", 500, "p99 from a change in Contacts until Funnel answers with it, idle system", "one commit and one gRPC round trip", FeedLagBench.RunAsync),
        new("resume", 1_000_000, "kill -9 of Funnel in mid-run, to the next piece committed by whoever takes over", "for the ratio: the undisturbed run and the gap", ResumeBench.RunAsync),
        new("start", 1, "./dev run, warm, to all healthy and serving a call", "four empty Kestrel services, PostgreSQL and Garnet started the same way, by an AppHost with the dashboard", StartBench.RunAsync),
        new("segment-count", 1_000_000, "CountSegment over contacts with 10 custom fields each: five filters, selective to broad, their sum", "the best SQL written by hand for each", SegmentCountBench.RunAsync),
        new("segment-page", 1_000_000, "ListSegmentContacts, pages of 100, the same five filters, the sum of their medians; then pages of 25, and their p99 at this size and a hundredth of it", "the best SQL written by hand for the same pages", SegmentPageBench.RunAsync),
        new("export", 1_000_000, "ExportContacts of contacts with 10 custom fields each, every column, read to the end", "COPY ... TO of the same columns", ExportBench.RunAsync),
        new("bulk-label", 1_000_000, "bulk run that puts a label on a snapshot of everybody, from CreateBulkRun to SUCCEEDED: the set, label, timelines, progress",
            "plain SQL on one connection: the same rows of label, contact and timelines, 1,000 per commit", BulkLabelBench.RunAsync),
        new("event-ingest", 1_000_000, "IngestEvents, one stream of mixed events, a tenth of them repeated, to its answer: events, what is known of their addresses, the feed",
            "COPY of the same rows into the same tables and indexes", EventIngestBench.RunAsync),
        new("send-gate", 20_000, "CheckSendable about 100 contacts, 64 callers; time per call", "the same question as one statement of SQL, prepared, from 32 connections without gRPC", SendGateBench.RunAsync),
        new("send", 50_000, "messages in the queue, handed to a mail server on 8 connections: the gate, reservation, mail, result, event, feed",
            "mails made before, handed to the same server on 8 connections", SendBench.RunAsync),
        new("due-steps", 200_000, "steps that are due at once, each reserved, handed to a sender that does nothing, and its enrolment waiting for the next",
            "one connection that takes the same rows with SKIP LOCKED and puts them off, 1,000 per commit", DueStepsBench.RunAsync),
        new("due-idle", 10_000_000, "10,000 due steps dispatched beside this many enrolments whose time has not come", "the same beside a hundredth of them", DueStepsBench.IdleAsync),
        new("status-set", 30_000, "SetStatus, 64 callers, one Sequences", "the same SQL from 32 connections without gRPC", StatusSetBench.RunAsync),
        new("slope", 1_000_000, "label rule, time per contact at the whole size", "the same at a tenth of it", SlopeBench.RunAsync),
    ];

    public static Bench? Find(string? name) => All.FirstOrDefault(b => b.Name == name);
}
