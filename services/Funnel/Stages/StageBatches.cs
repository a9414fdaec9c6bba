using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Requests;
using Microsoft.Extensions.DependencyInjection;

namespace ContactPlatform.Funnel.Stages;

/// <summary>A move of one contact that a caller has decided.</summary>
/// <param name="From">The contact as it was read.</param>
/// <param name="To">Where it goes.</param>
/// <param name="Act">Who and why; its time is set when the move is written.</param>
public sealed record SingleMove(ContactStageRow From, Standing To, Act Act);

/// <summary>A move that was written.</summary>
/// <param name="Time">When.</param>
/// <param name="ChangeToken">Its position in the feed.</param>
public sealed record StageMoved(DateTime Time, string ChangeToken);

/// <summary>
/// Reads and moves single contacts for all callers of this replica: those who come at the same time share a statement and
/// a commit. A contact that another transaction holds is left out, and its caller waits for it outside the batches, so
/// that nobody waits for somebody else's contact.
/// </summary>
public sealed class StageBatches
{
    // Two at a time: while one waits for its commit the other is at work. 64 keeps a batch's locks to some milliseconds.
    private const int Lanes = 2;
    private const int Most = 64;

    private readonly Batcher<(long AccountId, long ContactId), ContactStageRow?> reads;
    private readonly Batcher<SingleMove, StageMoved?> moves;
    private readonly IServiceScopeFactory scopes;
    private readonly CommitSignal signal;
    private readonly TimeProvider time;

    /// <summary>Makes the batches of a replica.</summary>
    public StageBatches(IServiceScopeFactory scopes, CommitSignal signal, TimeProvider time)
    {
        (this.scopes, this.signal, this.time) = (scopes, signal, time);
        reads = new("read contacts together", Lanes, Most, ReadAsync);
        moves = new("move contacts together", Lanes, Most, SaveAsync);
    }

    /// <summary>Finds a contact; null when Funnel has not heard of it. It may be deleted.</summary>
    public Task<ContactStageRow?> FindAsync(long accountId, long contactId, CancellationToken cancellationToken) =>
        reads.AskAsync((accountId, contactId), cancellationToken);

    /// <summary>Moves a contact, if it still is as it was read, and tells other services; null when it has changed meanwhile.</summary>
    public async Task<StageMoved?> MoveAsync(SingleMove move, CancellationToken cancellationToken)
    {
        if (await moves.AskAsync(move, cancellationToken) is { } moved)
        {
            return moved;
        }
        // Changed, or held by somebody who may change it: now this caller waits, and only this one.
        await using var scope = scopes.CreateAsyncScope();
        return await AloneAsync(scope.ServiceProvider.GetRequiredService<StageStore>(), At(move, time.Now()), wait: true, cancellationToken);
    }

    private async Task<IReadOnlyList<ContactStageRow?>> ReadAsync(IReadOnlyList<(long AccountId, long ContactId)> keys)
    {
        await using var scope = scopes.CreateAsyncScope();
        var rows = await scope.ServiceProvider.GetRequiredService<StageBatchStore>().FindAsync(keys, CancellationToken.None);
        return [.. keys.Select(k => rows.GetValueOrDefault(k))];
    }

    private async Task<IReadOnlyList<StageMoved?>> SaveAsync(IReadOnlyList<SingleMove> asks)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = time.Now();
        var all = asks.Select(a => At(a, now)).ToList();
        if (all.Count == 1)
        {
            return [await AloneAsync(scope.ServiceProvider.GetRequiredService<StageStore>(), all[0], wait: false, CancellationToken.None)];
        }
        // Of two who want the same contact the second comes too late.
        var positions = await scope.ServiceProvider.GetRequiredService<StageBatchStore>()
            .SaveAsync([.. all.DistinctBy(m => (m.From.AccountId, m.From.ContactId))], CancellationToken.None);
        return [.. all.Select(m => positions.TryGetValue(m, out var position) ? new StageMoved(m.Act.Time, position) : null)];
    }

    private async Task<StageMoved?> AloneAsync(StageStore store, SingleMove move, bool wait, CancellationToken cancellationToken)
    {
        if (await store.SaveAsync(move, wait, cancellationToken) is not { } position)
        {
            return null;
        }
        signal.Raise();
        return new(move.Act.Time, position);
    }

    private static SingleMove At(SingleMove move, DateTime now) => move with { Act = move.Act with { Time = StageDecisions.ChangeTime(move.From, now) } };
}
