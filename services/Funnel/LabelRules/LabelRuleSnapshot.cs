using ContactPlatform.Funnel.Previews;
using ContactPlatform.Funnel.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using Google.Protobuf;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.LabelRules;

/// <summary>
/// Fixes a run's set: the label's members in one snapshot of Contacts, written down in one transaction. A crash before
/// its end leaves nothing, and the set is read anew; after it the set never changes. A run that was asked for with a
/// preview's token ends here when the set is another than the preview's.
/// </summary>
public sealed class LabelRuleSnapshot(LabelMembers members, LockLeases locks, IServiceScopeFactory scopes, TimeProvider time)
{
    /// <summary>Pieces written at a time: bounds what is held in memory to 512 kB.</summary>
    public const int ChunksPerWrite = 64;

    /// <summary>Reads and writes the set.</summary>
    /// <exception cref="RefusalException">
    /// LABEL_NOT_FOUND, LABEL_MEMBERS_CHANGED and PREVIEW_TOKEN_INVALID end the run; LOCK_BUSY, LOCKS_UNAVAILABLE and SERVICE_UNAVAILABLE pass.
    /// </exception>
    public async Task TakeAsync(RunWork work, LabelRuleRunRow run, CancellationToken cancellationToken)
    {
        // While it is held, nobody changes the label in bulk, merges or deletes it.
        await using var lease = await locks.TakeAsync(LockKey.Label(run.AccountId, run.LabelId), cancellationToken);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = run.AccountId;
        var db = scope.ServiceProvider.GetRequiredService<FunnelDbContext>();
        var targets = scope.ServiceProvider.GetRequiredService<LabelRuleTargets>();
        if (await WriteAsync(work, run, db, targets, both.Token) is { } difference)
        {
            await RefuseAsync(work, run, db, difference, both.Token);
        }
    }

    /// <summary>Writes the set; or nothing, and returns the difference, when it is not the one that was previewed.</summary>
    private async Task<MembersDifference?> WriteAsync(RunWork work, LabelRuleRunRow run, FunnelDbContext db, LabelRuleTargets targets, CancellationToken cancellationToken)
    {
        var comparison = run.PreviewId == 0 ? null : await PreviewComparison.OpenAsync(db, targets, run.PreviewId, cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var chunks = new List<long[]>(ChunksPerWrite);
        var (written, total) = (0, 0L);
        await foreach (var chunk in members.ChunksAsync(run.AccountId, run.LabelId, cancellationToken))
        {
            chunks.Add(chunk);
            total += chunk.Length;
            await (comparison?.AddAsync(chunk, cancellationToken) ?? Task.CompletedTask);
            if (chunks.Count == ChunksPerWrite)
            {
                await FlushAsync();
            }
        }
        if (comparison is not null && await comparison.EndAsync(cancellationToken) is { } difference)
        {
            return difference;
        }
        await FlushAsync();
        (work.Row.TotalCount, work.Row.SetTime) = (total, time.Now());
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;

        async Task FlushAsync()
        {
            await targets.WriteAsync(run.RunId, written, chunks, cancellationToken);
            written += chunks.Count;
            chunks.Clear();
        }
    }

    /// <summary>Notes the difference with the run, at this worker's epoch, and ends it.</summary>
    private static async Task RefuseAsync(RunWork work, LabelRuleRunRow run, FunnelDbContext db, MembersDifference difference, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.LabelRuleRuns.Where(r => r.RunId == run.RunId).ExecuteUpdateAsync(set => set.SetProperty(r => r.MembersDifference, difference.ToByteArray()), cancellationToken);
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        throw new RefusalException(new Refusal(FunnelReasons.LabelMembersChanged,
            $"since the preview {difference.AddedCount} contacts gained the label and {difference.RemovedCount} lost it; nothing was moved"));
    }
}
