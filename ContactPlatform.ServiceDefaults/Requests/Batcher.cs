using System.Collections.Concurrent;
using System.Diagnostics;
using ContactPlatform.ServiceDefaults.Telemetry;

namespace ContactPlatform.ServiceDefaults.Requests;

/// <summary>
/// Does many small pieces of work at once: what is asked while earlier batches are at work waits for the next one, so that
/// a busy service pays a round trip and a commit per batch instead of per call. A lone call never waits.
/// </summary>
/// <typeparam name="TAsk">What is asked.</typeparam>
/// <typeparam name="TAnswer">What is answered to it.</typeparam>
/// <param name="name">Names a batch in traces.</param>
/// <param name="lanes">Batches at work at the same time.</param>
/// <param name="most">Asks in a batch.</param>
/// <param name="work">Does a batch: an answer for each ask, in their order. Its exception is everybody's in the batch.</param>
public sealed class Batcher<TAsk, TAnswer>(string name, int lanes, int most, Func<IReadOnlyList<TAsk>, Task<IReadOnlyList<TAnswer>>> work)
{
    private readonly ConcurrentQueue<Waiting> waiting = new();
    private int busy;

    /// <summary>Asks, and waits for the answer. Who gives up before the batch begins is left out of it; after that it is done.</summary>
    public Task<TAnswer> AskAsync(TAsk ask, CancellationToken cancellationToken)
    {
        var one = new Waiting(ask, Activity.Current, cancellationToken);
        waiting.Enqueue(one);
        if (Enter())
        {
            _ = RunAsync();
        }
        return one.Answer.Task.WaitAsync(cancellationToken);
    }

    private bool Enter()
    {
        if (Interlocked.Increment(ref busy) <= lanes)
        {
            return true;
        }
        Interlocked.Decrement(ref busy);
        return false;
    }

    private async Task RunAsync()
    {
        do
        {
            while (Take() is { Count: > 0 } batch)
            {
                await AnswerAsync(batch);
            }
            Interlocked.Decrement(ref busy);
        }
        // Who came after the last look and found all lanes taken is looked for once more.
        while (!waiting.IsEmpty && Enter());
    }

    private List<Waiting> Take()
    {
        var batch = new List<Waiting>();
        while (batch.Count < most && waiting.TryDequeue(out var one))
        {
            if (!one.CancellationToken.IsCancellationRequested)
            {
                batch.Add(one);
            }
        }
        return batch;
    }

    private async Task AnswerAsync(List<Waiting> batch)
    {
        // What the batch does stands in the trace of its first call; the others are linked to it.
        Activity.Current = batch[0].Activity;
        using var activity = batch.Count == 1 ? null : PlatformTelemetry.Source.StartActivity(name, ActivityKind.Internal, batch[0].Activity?.Context ?? default,
            links: batch.Skip(1).Where(w => w.Activity is not null).Select(w => new ActivityLink(w.Activity!.Context)));
        try
        {
            var answers = await work([.. batch.Select(w => w.Ask)]);
            for (var i = 0; i < batch.Count; i++)
            {
                batch[i].Answer.TrySetResult(answers[i]);
            }
        }
#pragma warning disable CA1031 // Handed to those who asked, whatever it is.
        catch (Exception e)
#pragma warning restore CA1031
        {
            batch.ForEach(w => w.Answer.TrySetException(e));
        }
    }

    private sealed record Waiting(TAsk Ask, Activity? Activity, CancellationToken CancellationToken)
    {
        // The lane goes on with the next batch while callers go on with their answers.
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
