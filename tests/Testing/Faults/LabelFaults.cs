using ContactPlatform.Common.V1;
using Grpc.Core;

namespace ContactPlatform.Testing.Faults;

/// <summary>Labels that change while rules on them run.</summary>
internal static class LabelFaults
{
    /// <summary>
    /// Members come and go in bulk during runs. What each call was told holds: a change that was acknowledged before the
    /// run's set was fixed is in it whole, and a batch is never in it in part.
    /// </summary>
    public static async Task ChangedAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var label = await Crowd.FillAsync(bed.Stack, Math.Max(1000, bed.Size / 10), 0, cancellationToken);
        var batches = new List<long[]>();
        for (var i = 0; i < 5; i++)
        {
            var batch = await Crowd.FillAsync(bed.Stack, 500, 0, cancellationToken);
            batches.Add([.. batch.LabelledIds]);
        }
        var run = await bed.StartRunAsync(label.LabelId, FunnelStage.Promoter, cancellationToken);
        var (added, refused) = (0, 0);
        foreach (var batch in batches)
        {
            await bed.SomeTimeAsync(bed.RunTime / 5, cancellationToken);
            await ChangeAsync(() => bed.Stack.Labels.BatchAddLabelAsync(new() { LabelId = label.LabelId, ContactIds = { batch } }, bed.Stack.Headers, cancellationToken: cancellationToken).ResponseAsync);
        }
        await bed.EndAsync(run, cancellationToken);
        foreach (var batch in batches)
        {
            var moved = await bed.FunnelAsync($"SELECT COUNT(*) FROM stage_changes WHERE run_id = {run} AND contact_id BETWEEN {batch[0]} AND {batch[^1]}", cancellationToken);
            FaultBed.Must(moved == 0 || moved == batch.Length, $"{moved} of a batch of {batch.Length} were in the set");
        }
        var total = await bed.FunnelAsync($"SELECT total_count FROM runs WHERE run_id = {run} AND state = 3 AND done_count = total_count", cancellationToken);
        FaultBed.Must((total - label.Labelled) % 500 == 0 && total >= label.Labelled, $"the set had {total} contacts");
        bed.Log($"{added} batches added, {refused} refused, the set had {total} contacts");

        async Task ChangeAsync<T>(Func<Task<T>> call)
        {
            try
            {
                await call();
                added++;
            }
            catch (RpcException e) when (IsBusy(e))
            {
                refused++;
            }
        }
    }

    /// <summary>
    /// The label is merged into another, or deleted, during a run: the run has the whole set, or it fails because the
    /// label is gone; or the caller was told to come back.
    /// </summary>
    public static async Task GoneAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var label = await Crowd.FillAsync(bed.Stack, Math.Max(1000, bed.Size / 10), 0, cancellationToken);
        var other = await Crowd.FillAsync(bed.Stack, 10, 0, cancellationToken);
        var run = await bed.StartRunAsync(label.LabelId, FunnelStage.Promoter, cancellationToken);
        await bed.SomeTimeAsync(bed.RunTime / 4, cancellationToken);
        var told = "done";
        try
        {
            if (bed.Random.Next(2) == 0)
            {
                await bed.Stack.Labels.MergeLabelsAsync(new() { SourceLabelId = label.LabelId, TargetLabelId = other.LabelId }, bed.Stack.Headers, cancellationToken: cancellationToken);
            }
            else
            {
                await bed.Stack.Labels.DeleteLabelAsync(new() { LabelId = label.LabelId }, bed.Stack.Headers, cancellationToken: cancellationToken);
            }
        }
        catch (RpcException e) when (IsBusy(e))
        {
            told = "refused for now";
        }
        await bed.EndAsync(run, cancellationToken);
        var state = await bed.FunnelAsync($"SELECT state FROM runs WHERE run_id = {run}", cancellationToken);
        bed.Log($"the label's end was {told}, the run ended in state {state}");
        if (state == 4 && told == "done")
        {
            FaultBed.Must(await bed.FunnelAsync($"SELECT COUNT(*) FROM runs WHERE run_id = {run} AND failure_reason = 'LABEL_NOT_FOUND' AND changed_count = 0", cancellationToken) == 1, $"run {run} failed for another reason");
            FaultBed.Must(await bed.FunnelAsync($"SELECT COUNT(*) FROM stage_changes WHERE run_id = {run}", cancellationToken) == 0, $"run {run} failed and changed somebody");
            return;
        }
        await bed.AssertExactAsync(run, label, cancellationToken);
    }

    /// <summary>Two rules over labels that share half of their members, asked for at once: the last to end has them all.</summary>
    public static async Task OverlappingAsync(FaultBed bed, CancellationToken cancellationToken)
    {
        var one = await Crowd.FillAsync(bed.Stack, Math.Max(1000, bed.Size / 10), 0, cancellationToken);
        var two = await Crowd.FillAsync(bed.Stack, 10, 0, cancellationToken);
        var shared = one.LabelledIds.Where((_, i) => i % 2 == 0).ToList();
        foreach (var batch in shared.Chunk(1000))
        {
            await bed.Stack.Labels.BatchAddLabelAsync(new() { LabelId = two.LabelId, ContactIds = { batch } }, bed.Stack.Headers, cancellationToken: cancellationToken);
        }
        var runs = await Task.WhenAll(
            bed.StartRunAsync(one.LabelId, FunnelStage.Customer, cancellationToken),
            bed.StartRunAsync(two.LabelId, FunnelStage.Promoter, cancellationToken));
        foreach (var run in runs)
        {
            await bed.EndAsync(run, cancellationToken);
        }
        FaultBed.Must(await bed.FunnelAsync($"SELECT COUNT(*) FROM runs WHERE run_id IN ({runs[0]}, {runs[1]}) AND state = 3", cancellationToken) == 2, "not both runs succeeded");
        FaultBed.Must(await bed.FunnelAsync($"SELECT COUNT(*) FROM stage_changes WHERE run_id = {runs[0]}", cancellationToken) == one.Labelled, "the first rule did not change everybody once");
        FaultBed.Must(await bed.FunnelAsync($"SELECT COUNT(*) FROM stage_changes WHERE run_id = {runs[1]}", cancellationToken) == shared.Count + 10, "the second rule did not change everybody once");
        var last = await bed.FunnelAsync($"SELECT run_id FROM runs WHERE run_id IN ({runs[0]}, {runs[1]}) ORDER BY end_time DESC LIMIT 1", cancellationToken);
        var stage = last == runs[0] ? FunnelStage.Customer : FunnelStage.Promoter;
        var at = await bed.FunnelAsync($"SELECT COUNT(*) FROM contact_stages WHERE stage = {(int)stage} AND contact_id BETWEEN {one.FirstId} AND {one.FirstId + one.Count - 1}", cancellationToken);
        FaultBed.Must(at == (last == runs[0] ? one.Labelled : shared.Count), $"{at} contacts are where the last rule put them");
    }

    private static bool IsBusy(RpcException e) =>
        e.StatusCode == StatusCode.Unavailable && e.Trailers.GetValueBytes("grpc-status-details-bin") is { } bytes
        && Google.Rpc.Status.Parser.ParseFrom(bytes).Details.Any(d => d.Is(Google.Rpc.RetryInfo.Descriptor));
}
