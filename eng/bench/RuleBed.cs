using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using ContactPlatform.Testing;
using Grpc.Core;

namespace ContactPlatform.Bench;

/// <summary>A stack with a crowd whose stage is set over and over, by label rules or by plain SQL.</summary>
internal sealed class RuleBed : IAsyncDisposable
{
    private static readonly FunnelStage[] _stages = [FunnelStage.Engaged, FunnelStage.Customer, FunnelStage.LoyalCustomer, FunnelStage.Promoter, FunnelStage.Aware];

    private readonly Dictionary<(long Label, FunnelStage Stage), long> _rules = [];
    private int _turns;
    private int _requests;

    private RuleBed(OwnStack stack, MemoryWatch memory, FeedWatch feed, Crowd crowd) => (Stack, Memory, Feed, Crowd) = (stack, memory, feed, crowd);

    public OwnStack Stack { get; }

    public MemoryWatch Memory { get; }

    public FeedWatch Feed { get; }

    public Crowd Crowd { get; }

    /// <summary>Starts the stack, writes the crowd, and runs rules over a small one until the code is warm.</summary>
    public static async Task<RuleBed> StartAsync(int labelled, int others, int replicas, CancellationToken cancellationToken)
    {
        BenchRun.Progress("starting PostgreSQL, Redis, Contacts and Funnel");
        var stack = await OwnStack.StartAsync(replicas, cancellationToken);
        try
        {
            var memory = new MemoryWatch(stack);
            BenchRun.Progress(string.Create(CultureInfo.InvariantCulture, $"writing {labelled} labelled contacts and {others} others into both databases"));
            var small = await Crowd.FillAsync(stack, 2000, 0, cancellationToken);
            var bed = new RuleBed(stack, memory, await FeedWatch.StartAsync(stack, cancellationToken), await Crowd.FillAsync(stack, labelled, others, cancellationToken));
            BenchRun.Progress("warming up");
            for (var i = 0; i < 4; i++)
            {
                await bed.RunRuleAsync(small, bed.NextStage(), cancellationToken);
            }
            return bed;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>A stage that the crowd does not have: the next in turn.</summary>
    public FunnelStage NextStage() => _stages[_turns++ % _stages.Length];

    /// <summary>Lets nothing of an earlier sample be paid by the next one.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => OwnStack.ExecuteAsync(Stack.Funnel.Database, cancellationToken,
        "VACUUM (ANALYZE) contact_stages, stage_changes, outbox, label_rule_targets, runs", "CHECKPOINT");

    /// <summary>Runs a rule and watches it.</summary>
    /// <returns>Seconds from the request to the moment at which the run had SUCCEEDED.</returns>
    public async Task<(Run Run, double Seconds)> RunRuleAsync(Crowd crowd, FunnelStage stage, CancellationToken cancellationToken)
    {
        var rule = await RuleAsync(crowd.LabelId, stage, cancellationToken);
        var start = TimeProvider.System.GetUtcNow();
        var run = await StartRuleAsync(rule, cancellationToken);
        using var watch = Stack.Rules.WatchLabelRuleRun(new() { RunId = run.RunId }, Stack.Headers, cancellationToken: cancellationToken);
        await foreach (var seen in watch.ResponseStream.ReadAllAsync(cancellationToken))
        {
            run = seen.LabelRuleRun.Run;
        }
        if (run.State != RunState.Succeeded)
        {
            throw new BenchException($"run {run.RunId} ended as {run.State}: {run.FailureReason} {run.Message}");
        }
        BenchRun.Check("contacts dealt with", run.DoneCount, crowd.Labelled);
        await Feed.WaitAsync(run.RunId, run.ChangedCount, cancellationToken);
        return (run, (run.EndTime.ToDateTimeOffset() - start).TotalSeconds);
    }

    /// <summary>Queues a run.</summary>
    public async Task<Run> StartRuleAsync(long rule, CancellationToken cancellationToken) =>
        (await Stack.Rules.RunLabelRuleAsync(new() { LabelRuleId = rule, RequestId = $"bench {++_requests}" }, Stack.Headers, cancellationToken: cancellationToken)).LabelRuleRun.Run;

    /// <summary>Makes the rule that gives a stage to a label, once.</summary>
    public async Task<long> RuleAsync(long label, FunnelStage stage, CancellationToken cancellationToken)
    {
        if (!_rules.TryGetValue((label, stage), out var rule))
        {
            rule = (await Stack.Rules.CreateLabelRuleAsync(new() { LabelRule = new() { LabelId = label, Stage = stage } }, Stack.Headers, cancellationToken: cancellationToken)).LabelRule.LabelRuleId;
            _rules[(label, stage)] = rule;
        }
        return rule;
    }

    /// <summary>Asks the database whether a run did it all.</summary>
    public async Task CheckRunAsync(Run run, FunnelStage stage, CancellationToken cancellationToken)
    {
        BenchRun.Check("contacts changed", run.ChangedCount, Crowd.Labelled);
        BenchRun.Check("entries of the run", await NumberAsync($"SELECT COUNT(*) FROM stage_changes WHERE run_id = {run.RunId}", cancellationToken), Crowd.Labelled);
        await CheckStageAsync(stage, cancellationToken);
    }

    /// <summary>Asks the database where the crowd stands.</summary>
    public async Task CheckStageAsync(FunnelStage stage, CancellationToken cancellationToken) =>
        BenchRun.Check($"contacts that are {stage}", await NumberAsync(
            $"SELECT COUNT(*) FROM contact_stages WHERE stage = {(int)stage} AND contact_id BETWEEN {Crowd.FirstId} AND {Crowd.FirstId + Crowd.Count - 1}", cancellationToken), Crowd.Labelled);

    public async ValueTask DisposeAsync()
    {
        await Feed.DisposeAsync();
        await Stack.DisposeAsync();
    }

    private Task<long> NumberAsync(string question, CancellationToken cancellationToken) => OwnStack.NumberAsync(Stack.Funnel.Database, question, cancellationToken);
}
