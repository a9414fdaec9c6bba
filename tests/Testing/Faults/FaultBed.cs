using System.Diagnostics;
using System.Globalization;
using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.V1;
using Grpc.Core;
using Npgsql;

namespace ContactPlatform.Testing.Faults;

/// <summary>What a fault found wrong.</summary>
public sealed class FaultException(string message) : Exception(message);

/// <summary>
/// What faults are done to: a stack of its own with two Funnels, behind a proxy that can lose commits, and a labelled
/// crowd. Each fault leaves it healthy.
/// </summary>
public sealed class FaultBed : IAsyncDisposable
{
    // Each look is a statement or a call, which costs both sides a millisecond.
    private static readonly TimeSpan _poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);
    private static readonly FunnelStage[] _stages = [FunnelStage.Engaged, FunnelStage.Customer, FunnelStage.LoyalCustomer, FunnelStage.Promoter, FunnelStage.Aware];

    private readonly System.Collections.Concurrent.ConcurrentDictionary<(long Label, FunnelStage Stage), long> _rules = new();
    private int _turns;
    private int _names;

    private FaultBed(OwnStack stack, CommitCutter cutter, int size, Action<string> log) => (Stack, Cutter, Size, Log) = (stack, cutter, size, log);

    /// <summary>The stack.</summary>
    public OwnStack Stack { get; }

    /// <summary>Between all services and PostgreSQL.</summary>
    public CommitCutter Cutter { get; }

    /// <summary>Contacts of the crowd, and the measure of everything else.</summary>
    public int Size { get; }

    /// <summary>Says what is being done.</summary>
    public Action<string> Log { get; }

    /// <summary>The contacts that runs are about; all carry the label.</summary>
    public Crowd Crowd { get; private set; } = null!;

    /// <summary>Decides when and whom; set for each try.</summary>
    public Random Random { get; set; } = new(1);

    /// <summary>How long an undisturbed run over the crowd takes here.</summary>
    public TimeSpan RunTime { get; private set; }

    /// <summary>Starts everything, and takes the time of one run.</summary>
    /// <param name="size">Contacts of the crowd.</param>
    /// <param name="log">Is told what is being done.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="diskBytes">As for <see cref="PostgresServer.StartAsync"/>.</param>
    public static async Task<FaultBed> StartAsync(int size, Action<string> log, CancellationToken cancellationToken, long? diskBytes = null)
    {
        CommitCutter? cutter = null;
        var stack = await OwnStack.StartAsync(2, cancellationToken, (postgres, servers) =>
        {
            cutter = new CommitCutter(postgres.Port);
            return servers with { AsSeenByServices = direct => new NpgsqlConnectionStringBuilder(direct) { Port = cutter.Port }.ConnectionString };
        }, diskBytes);
        var bed = new FaultBed(stack, cutter!, size, log);
        foreach (var service in stack.Services)
        {
            // All kinds, since that is what is provoked here.
            service.ExpectErrors("");
        }
        bed.Crowd = await Crowd.FillAsync(stack, size, 0, cancellationToken);
        for (var i = 0; i < 2; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await bed.AssertExactAsync(await bed.StartRunAsync(cancellationToken), bed.Crowd, cancellationToken);
            bed.RunTime = Stopwatch.GetElapsedTime(started);
        }
        log(string.Create(CultureInfo.InvariantCulture, $"an undisturbed run over {size} contacts takes {bed.RunTime.TotalSeconds:0.0} s"));
        return bed;
    }

    /// <summary>A name or request id that was not used before.</summary>
    public string NewName() => $"fault {Interlocked.Increment(ref _names)}";

    /// <summary>The next stage in turn, which the crowd does not have.</summary>
    public FunnelStage NextStage() => _stages[_turns++ % _stages.Length];

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

    /// <summary>Queues a run that changes the whole crowd.</summary>
    public async Task<long> StartRunAsync(CancellationToken cancellationToken) => await StartRunAsync(Crowd.LabelId, NextStage(), cancellationToken);

    /// <summary>Queues a run.</summary>
    public async Task<long> StartRunAsync(long label, FunnelStage stage, CancellationToken cancellationToken)
    {
        var rule = await RuleAsync(label, stage, cancellationToken);
        return (await Stack.Rules.RunLabelRuleAsync(new() { LabelRuleId = rule, RequestId = NewName() }, Stack.Headers, cancellationToken: cancellationToken)).LabelRuleRun.Run.RunId;
    }

    /// <summary>Waits for a random part of the time that a run takes.</summary>
    public Task SomeTimeAsync(CancellationToken cancellationToken) => SomeTimeAsync(RunTime, cancellationToken);

    /// <summary>Waits for a random part of a time.</summary>
    public Task SomeTimeAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var wait = limit * Random.NextDouble();
        Log(string.Create(CultureInfo.InvariantCulture, $"after {wait.TotalSeconds:0.000} s"));
        return Task.Delay(wait, TimeProvider.System, cancellationToken);
    }

    /// <summary>The replica that took a run up last; null when none has.</summary>
    public ServiceHost? WorkerOf(long runId) =>
        Stack.Funnel.Replicas.FirstOrDefault(r => !r.Process.HasExited && r.Process.Lines.Any(l => l.Contains($"Run label-rule {runId} taken up", StringComparison.Ordinal)));

    /// <summary>Kills a service and starts it again where it was.</summary>
    public static async Task KillAndStartAsync(ServiceHost service, CancellationToken cancellationToken)
    {
        await service.Process.KillAsync(cancellationToken);
        await service.StartAgainAsync(cancellationToken);
        service.ExpectErrors("");
    }

    /// <summary>Waits until something holds; what throws because somebody is away does not hold yet.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var started = Stopwatch.GetTimestamp();
        var last = "";
        while (true)
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (Exception e) when (e is RpcException or NpgsqlException)
            {
                last = $"; last: {e.Message}";
            }
            if (Stopwatch.GetElapsedTime(started) > (patience ?? _patience))
            {
                throw new FaultException($"waited {(patience ?? _patience).TotalSeconds:0} s in vain for: {what}{last}");
            }
            await Task.Delay(_poll, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Waits until a run of Funnel has ended by itself, whoever is away meanwhile.</summary>
    public Task EndAsync(long runId, CancellationToken cancellationToken) => EndAsync(Stack.Funnel.Database, runId, cancellationToken);

    /// <summary>Waits until a run has ended by itself, whoever is away meanwhile.</summary>
    public async Task EndAsync(TestDatabase database, long runId, CancellationToken cancellationToken)
    {
        try
        {
            // A run of this size that gets no further for so long does not end.
            await UntilAsync($"run {runId} ends", async () => await OwnStack.NumberAsync(database, $"SELECT state FROM runs WHERE run_id = {runId}", cancellationToken) >= 3, cancellationToken, _patience + (RunTime * 10));
        }
        catch (FaultException e)
        {
            throw new FaultException($"{e.Message}\n{await RunAsync(database, runId, cancellationToken)}");
        }
    }

    /// <summary>Waits for the end of a run that had everybody to change, and looks whether it did, once each.</summary>
    public async Task AssertExactAsync(long runId, Crowd crowd, CancellationToken cancellationToken)
    {
        await EndAsync(runId, cancellationToken);
        var exact = await FunnelAsync(
            $"""
            SELECT COUNT(*) FROM runs WHERE run_id = {runId} AND state = 3 AND total_count = {crowd.Labelled} AND done_count = {crowd.Labelled} AND changed_count = {crowd.Labelled}
              AND (SELECT COUNT(*) FROM stage_changes WHERE run_id = {runId}) = {crowd.Labelled}
              AND (SELECT COUNT(DISTINCT contact_id) FROM stage_changes WHERE run_id = {runId}) = {crowd.Labelled}
            """, cancellationToken);
        if (exact != 1)
        {
            throw new FaultException($"run {runId} did not change {crowd.Labelled} contacts once each, it left {await FunnelAsync($"SELECT COUNT(*) FROM stage_changes WHERE run_id = {runId}", cancellationToken)} entries\n{await RunAsync(Stack.Funnel.Database, runId, cancellationToken)}");
        }
    }

    /// <summary>The one checker: Funnel's data, what the runs of Contacts count and tell, that nobody is missing once the feed has caught up, and that Contacts knows where everybody stands.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        var broken = await FunnelCheck.MissingAsync(Stack.Contacts.Database, Stack.Funnel.Database, TimeSpan.FromSeconds(60), cancellationToken);
        broken = [.. broken, .. await FunnelCheck.BrokenAsync(Stack.Funnel.Database, cancellationToken), .. await ContactsCheck.BrokenAsync(Stack.Contacts.Database, cancellationToken)];
        if (Stack.Contacts.FunnelPort > 0 && !Stack.Funnel.Service.Process.HasExited)
        {
            broken = [.. broken, .. await ProjectionCheck.WrongAsync(Stack.Contacts.Database, Stack.Funnel.Database, TimeSpan.FromSeconds(60), cancellationToken)];
        }
        if (broken.Count > 0)
        {
            throw new FaultException(string.Join("\n", broken));
        }
    }

    /// <summary>Asks Funnel's database for a number.</summary>
    public Task<long> FunnelAsync(string question, CancellationToken cancellationToken) => OwnStack.NumberAsync(Stack.Funnel.Database, question, cancellationToken);

    /// <summary>Asks Contacts' database for a number.</summary>
    public Task<long> ContactsAsync(string question, CancellationToken cancellationToken) => OwnStack.NumberAsync(Stack.Contacts.Database, question, cancellationToken);

    /// <summary>Fails the fault unless something holds.</summary>
    public static void Must(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new FaultException(otherwise);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Stack.DisposeAsync();
        await Cutter.DisposeAsync();
    }

    private async Task<string> RunAsync(TestDatabase database, long runId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT row_to_json(r)::text FROM runs r WHERE run_id = {runId}";
        var workers = database == Stack.Funnel.Database ? Stack.Funnel.Replicas : [Stack.Contacts.Service];
        var lines = workers.SelectMany((r, i) => r.Process.Lines.Where(l => l.Contains($" {runId} ", StringComparison.Ordinal)).Select(l => $"  replica {i}: {l}"));
        return $"  {await command.ExecuteScalarAsync(cancellationToken)}\n{string.Join('\n', lines)}";
    }
}
