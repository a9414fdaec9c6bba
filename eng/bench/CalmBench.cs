using System.Diagnostics;
using ContactPlatform.Common.V1;
using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Bench;

/// <summary>
/// How single calls fare while a label rule runs over everybody and an import writes as many contacts: p99 of SetStage
/// and of GetContact, against the same when nothing else goes on. The worse of the two quotients counts.
/// </summary>
internal static class CalmBench
{
    private const int Callers = 4;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    public static async Task<Outcome> RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        await using var bed = await RuleBed.StartAsync(run.Size, 0, 1, cancellationToken);
        var others = await Crowd.FillAsync(bed.Stack, 10_000, 0, cancellationToken);
        var outcomes = new List<Outcome>();
        await ProbeAsync(bed.Stack, others, Task.Delay(Idle, TimeProvider.System, cancellationToken), cancellationToken);
        for (var round = 1; round <= run.Rounds; round++)
        {
            await bed.SettleAsync(cancellationToken);
            var calm = await ProbeAsync(bed.Stack, others, Task.Delay(Idle, TimeProvider.System, cancellationToken), cancellationToken);
            var file = ImportBench.File(run.Size, $"calm{round}.example");
            var stage = bed.NextStage();
            bed.Memory.Begin();
            var rule = bed.RunRuleAsync(bed.Crowd, stage, cancellationToken);
            var import = ImportBench.ImportAsync(bed.Stack, file, cancellationToken);
            // Until the first of them ends: both are to be going on.
            var busy = await ProbeAsync(bed.Stack, others, Task.WhenAny(rule, import), cancellationToken);
            var (ended, seconds) = await rule;
            var (imported, _, importSeconds) = await import;
            var peaks = bed.Memory.End();
            await bed.CheckRunAsync(ended, stage, cancellationToken);
            BenchRun.Check("contacts created", imported.CreatedCount, run.Size);
            BenchRun.Sample("label rule", seconds, "s");
            BenchRun.Sample("import", importSeconds, "s");
            foreach (var (name, before, during) in new[] { ("SetStage", calm.Set, busy.Set), ("GetContact", calm.Get, busy.Get) })
            {
                BenchRun.Sample($"{name} p99 when idle", before, "ms");
                BenchRun.Sample($"{name} p99 meanwhile", during, "ms");
            }
            peaks();
            var (set, get) = (new Outcome(busy.Set, "ms", calm.Set), new Outcome(busy.Get, "ms", calm.Get));
            outcomes.Add(set.Ratio > get.Ratio ? set : get);
        }
        await BenchRun.CheckFunnelAsync(bed.Stack, cancellationToken);
        return outcomes.OrderBy(o => o.Ratio).ElementAt(outcomes.Count / 2);
    }

    /// <summary>Calls until something has ended, and asks the database whether each acknowledged change is there.</summary>
    /// <returns>p99 in milliseconds.</returns>
    private static async Task<(double Set, double Get)> ProbeAsync(OwnStack stack, Crowd crowd, Task until, CancellationToken cancellationToken)
    {
        var (set, get) = (new List<double>(), new List<double>());
        const string Entries = "SELECT COUNT(*) FROM stage_changes WHERE cause = 2";
        var before = await OwnStack.NumberAsync(stack.Funnel.Database, Entries, cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; !until.IsCompleted; i++)
            {
                var contact = crowd.FirstId + (((i * Callers) + caller) % crowd.Count);
                var stage = (await stack.Stages.GetContactStageAsync(new() { ContactId = contact }, stack.Headers, cancellationToken: cancellationToken)).ContactStage.Stage;
                await TimeAsync(set, stack.Stages.SetStageAsync(new() { ContactId = contact, Stage = stage == FunnelStage.Aware ? FunnelStage.Engaged : FunnelStage.Aware }, stack.Headers, cancellationToken: cancellationToken));
                await TimeAsync(get, stack.ContactService.GetContactAsync(new() { ContactId = contact }, stack.Headers, cancellationToken: cancellationToken));
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }, cancellationToken)));
        // A contact without a stage shows AWARE, and is then set to ENGAGED: every call changes something.
        BenchRun.Check("entries of the single changes", await OwnStack.NumberAsync(stack.Funnel.Database, Entries, cancellationToken) - before, set.Count);
        return (set.Quantile(0.99), get.Quantile(0.99));

        static async Task TimeAsync<T>(List<double> times, AsyncUnaryCall<T> call)
        {
            var started = Stopwatch.GetTimestamp();
            await call;
            var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            lock (times)
            {
                times.Add(elapsed);
            }
        }
    }
}
