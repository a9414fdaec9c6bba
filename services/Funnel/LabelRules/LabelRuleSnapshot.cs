using ContactPlatform.Contacts.V1;
using ContactPlatform.Funnel.ContactFeed;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using Grpc.Core;

namespace ContactPlatform.Funnel.LabelRules;

/// <summary>
/// Fixes a run's set: the label's members in one snapshot of Contacts, written down in one transaction. A crash before
/// its end leaves nothing, and the set is read anew; after it the set never changes.
/// </summary>
public sealed class LabelRuleSnapshot(LabelService.LabelServiceClient labels, ContactsCalls contacts, LockLeases locks, IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>Pieces written at a time: bounds what is held in memory to 512 kB.</summary>
    private const int ChunksPerWrite = 64;

    /// <summary>The refusal when a label is gone.</summary>
    public static Refusal NoLabel(long labelId) => new Refusal(FunnelReasons.LabelNotFound, $"there is no label {labelId}").With("label_id", labelId);

    /// <summary>Reads and writes the set.</summary>
    /// <exception cref="RefusalException">LABEL_NOT_FOUND ends the run; LOCK_BUSY, LOCKS_UNAVAILABLE and SERVICE_UNAVAILABLE pass.</exception>
    public async Task TakeAsync(RunWork work, long labelId, CancellationToken cancellationToken)
    {
        var (account, runId) = (work.Row.AccountId, work.Row.RunId);
        // While it is held, nobody changes the label in bulk, merges or deletes it.
        await using var lease = await locks.TakeAsync(LockKey.Label(account, labelId), cancellationToken);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        var targets = scope.ServiceProvider.GetRequiredService<LabelRuleTargets>();
        await using var transaction = await db.Database.BeginTransactionAsync(both.Token);
        var chunks = new List<long[]>(ChunksPerWrite);
        var written = 0;
        await foreach (var chunk in ChunksAsync(account, labelId, both.Token))
        {
            chunks.Add(chunk);
            work.Row.TotalCount += chunk.Length;
            if (chunks.Count == ChunksPerWrite)
            {
                await FlushAsync();
            }
        }
        await FlushAsync();
        work.Row.SetTime = time.Now();
        await work.CheckpointAsync(db, both.Token);
        await transaction.CommitAsync(both.Token);

        async Task FlushAsync()
        {
            await targets.WriteAsync(runId, written, chunks, both.Token);
            written += chunks.Count;
            chunks.Clear();
        }
    }

    private async IAsyncEnumerable<long[]> ChunksAsync(long account, long labelId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var chunk = new long[LabelRuleTargets.ChunkSize];
        var filled = 0;
        await foreach (var ids in MembersAsync(account, labelId, cancellationToken))
        {
            foreach (var id in ids)
            {
                chunk[filled++] = id;
                if (filled == chunk.Length)
                {
                    yield return chunk;
                    (chunk, filled) = (new long[LabelRuleTargets.ChunkSize], 0);
                }
            }
        }
        if (filled > 0)
        {
            yield return chunk[..filled];
        }
    }

    private async IAsyncEnumerable<IEnumerable<long>> MembersAsync(long account, long labelId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var headers = await contacts.HeadersAsync(account, cancellationToken);
        using var call = labels.StreamLabelMembers(new StreamLabelMembersRequest { LabelId = labelId }, headers, cancellationToken: cancellationToken);
        var complete = false;
        while (await NextAsync())
        {
            complete = call.ResponseStream.Current.Complete;
            yield return call.ResponseStream.Current.ContactIds;
        }
        if (!complete)
        {
            throw ContactsCalls.Away(null);
        }

        // Whatever breaks the stream passes, unless it is the label that is gone.
        async Task<bool> NextAsync()
        {
            try
            {
                return await call.ResponseStream.MoveNext(cancellationToken);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
            {
                throw new RefusalException(NoLabel(labelId), e);
            }
            catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
            {
                contacts.Forget(account, e);
                throw ContactsCalls.Away(e);
            }
        }
    }
}
