using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;
using FunnelChange = ContactPlatform.Funnel.V1.StreamChangesResponse;

namespace ContactPlatform.Contacts.FunnelProjection;

/// <summary>
/// Rebuilds the projection of Funnel aside, from the beginning of its feed, and switches. A run that is taken up again goes
/// on where the tables aside are.
/// </summary>
public sealed class RebuildExecutor(IServiceScopeFactory scopes, FunnelFeed feed, TimeProvider time) : IRunExecutor
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "projection-rebuild";

    /// <inheritdoc/>
    public string Kind => RunKind;

    /// <inheritdoc/>
    public LockKey? Exclusive(long accountId) => LockKey.Rebuild("contacts", FunnelFeed.Source);

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        var db = scope.ServiceProvider.GetRequiredService<ContactsDbContext>();
        var (rebuild, projection) = (scope.ServiceProvider.GetRequiredService<RebuildStore>(), scope.ServiceProvider.GetRequiredService<FunnelProjectionStore>());
        var position = await rebuild.PositionAsync(time.UtcNow(), cancellationToken);
        if (work.Row.CursorId == 0)
        {
            position = await BeginAsync(db, rebuild, work, cancellationToken);
        }
        // Near the end of the feed a switch is tried after every batch: it succeeds when the follower is not ahead.
        var target = (await feed.BacklogAsync(position, cancellationToken)).LastPosition;
        var counted = false;
        if (await SwitchedAsync())
        {
            return;
        }
        using var call = feed.Open(position, cancellationToken);
        await foreach (var changes in FeedBatches.ReadAsync(call.ResponseStream, FunnelFold.Size, FunnelFeed.Room, null, time, cancellationToken))
        {
            await AddAsync(db, rebuild, projection, work, position, changes, cancellationToken);
            position = changes[^1].Position;
            if (await SwitchedAsync())
            {
                return;
            }
        }
        // A Funnel that stops in good order ends the stream, and the run is not done.
        throw new RefusalException(new Refusal(CommonReasons.ServiceUnavailable, "Funnel has ended its feed; going on when it is back") { RetryAfter = TimeSpan.FromSeconds(1) }.With("service", FunnelFeed.Source));

        async Task<bool> SwitchedAsync()
        {
            if (string.CompareOrdinal(position, target) < 0)
            {
                return false;
            }
            if (!counted)
            {
                await rebuild.CountAsync(cancellationToken);
                counted = true;
            }
            return await TrySwitchAsync(db, rebuild, work, position, "", cancellationToken);
        }
    }

    private async Task<string> BeginAsync(ContactsDbContext db, RebuildStore rebuild, RunWork work, CancellationToken cancellationToken)
    {
        work.Row.TotalCount = (await feed.BacklogAsync("", cancellationToken)).ChangeCount;
        work.Row.SetTime = work.Now;
        work.Row.CursorId = 1;
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        await rebuild.EmptyAsync(time.UtcNow(), cancellationToken);
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return "";
    }

    private async Task AddAsync(ContactsDbContext db, RebuildStore rebuild, FunnelProjectionStore projection, RunWork work, string position, IReadOnlyList<FunnelChange> changes, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        if (!await FeedPositionRow.MoveAsync(db, RebuildStore.Source, position, changes[^1].Position, time.UtcNow(), cancellationToken))
        {
            // Another run, that Redis let through as well, works on the same tables: it will switch.
            throw new RunLostException();
        }
        await projection.ApplyRebuiltAsync(FunnelFold.Of(changes), cancellationToken);
        work.Row.DoneCount += changes.Count;
        work.Row.TotalCount = Math.Max(work.Row.TotalCount, work.Row.DoneCount);
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Switches unless the follower is ahead of the rebuilt projection. A follower ahead of the feed's own end is none: its
    /// position is from before Funnel's database was restored from a dump, and then switching is what sets it right.
    /// </summary>
    private async Task<bool> TrySwitchAsync(ContactsDbContext db, RebuildStore rebuild, RunWork work, string position, string foreign, CancellationToken cancellationToken)
    {
        string follower;
        await using (var transaction = await db.BeginBulkAsync(cancellationToken))
        {
            follower = await rebuild.HoldFollowerAsync(cancellationToken);
            if (string.CompareOrdinal(follower, position) <= 0 || follower == foreign)
            {
                work.Row.ChangedCount = await rebuild.SwitchAsync(position, time.UtcNow(), cancellationToken);
                work.Row.TotalCount = work.Row.DoneCount;
                await work.CheckpointAsync(db, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return true;
            }
        }
        var end = (await feed.BacklogAsync(position, cancellationToken)).LastPosition;
        return string.CompareOrdinal(end, follower) < 0 && await TrySwitchAsync(db, rebuild, work, position, follower, cancellationToken);
    }
}
