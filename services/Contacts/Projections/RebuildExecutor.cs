using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Runs;

namespace ContactPlatform.Contacts.Projections;

/// <summary>
/// Rebuilds a projection aside, from the beginning of its feed, and switches. A run that is taken up again goes
/// on where the tables aside are.
/// </summary>
public sealed class RebuildExecutor(IServiceScopeFactory scopes, IEnumerable<IProjectionFeed> feeds, TimeProvider time) : IRunExecutor
{
    /// <summary>Kind of the runs.</summary>
    public const string RunKind = "projection-rebuild";

    /// <inheritdoc/>
    public string Kind => RunKind;

    /// <inheritdoc/>
    public LockKey? Exclusive(long accountId) => LockKey.Rebuild("contacts", "projections");

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        var db = scope.ServiceProvider.GetRequiredService<ContactsDbContext>();
        var rebuild = scope.ServiceProvider.GetRequiredService<RebuildStore>();
        var feed = feeds.SingleOrDefault(f => f.Tables.Number == work.Row.SubjectId)
            ?? throw new RefusalException(new Refusal(ContactsReasons.ProjectionNotFound, "the service whose projection was to be rebuilt is no longer followed").With("allowed", ""));
        var position = await rebuild.PositionAsync(feed.Tables, time.UtcNow(), cancellationToken);
        if (work.Row.CursorId == 0)
        {
            position = await BeginAsync(db, rebuild, feed, work, cancellationToken);
        }
        // Near the end of the feed a switch is tried after every batch: it succeeds when the follower is not ahead.
        var target = (await feed.BacklogAsync(position, cancellationToken)).LastPosition;
        var counted = false;
        if (await SwitchedAsync())
        {
            return;
        }
        await foreach (var batch in feed.ReadAsync(position, cancellationToken))
        {
            await AddAsync(db, scope.ServiceProvider, feed, work, position, batch, cancellationToken);
            position = batch.Position;
            if (await SwitchedAsync())
            {
                return;
            }
        }
        // A service that stops in good order ends the stream, and the run is not done.
        throw new RefusalException(new Refusal(CommonReasons.ServiceUnavailable, $"{feed.Tables.Source} has ended its feed; going on when it is back") { RetryAfter = TimeSpan.FromSeconds(1) }.With("service", feed.Tables.Source));

        async Task<bool> SwitchedAsync()
        {
            if (string.CompareOrdinal(position, target) < 0)
            {
                return false;
            }
            if (!counted)
            {
                await rebuild.CountAsync(feed.Tables, cancellationToken);
                counted = true;
            }
            return await TrySwitchAsync(db, rebuild, feed, work, position, "", cancellationToken);
        }
    }

    private async Task<string> BeginAsync(ContactsDbContext db, RebuildStore rebuild, IProjectionFeed feed, RunWork work, CancellationToken cancellationToken)
    {
        work.Row.TotalCount = (await feed.BacklogAsync("", cancellationToken)).ChangeCount;
        work.Row.SetTime = work.Now;
        work.Row.CursorId = 1;
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        await rebuild.EmptyAsync(feed.Tables, time.UtcNow(), cancellationToken);
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return "";
    }

    private async Task AddAsync(ContactsDbContext db, IServiceProvider scope, IProjectionFeed feed, RunWork work, string position, RebuildBatch batch, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        if (!await FeedPositionRow.MoveAsync(db, feed.Tables.RebuiltSource, position, batch.Position, time.UtcNow(), cancellationToken))
        {
            // Another run, that Redis let through as well, works on the same tables: it will switch.
            throw new RunLostException();
        }
        await batch.ApplyAsync(scope, cancellationToken);
        work.Row.DoneCount += batch.Count;
        work.Row.TotalCount = Math.Max(work.Row.TotalCount, work.Row.DoneCount);
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Switches unless the follower is ahead of the rebuilt projection. A follower ahead of the feed's own end is none: its
    /// position is from before the service's database was restored from a dump, and then switching is what sets it right.
    /// </summary>
    private async Task<bool> TrySwitchAsync(ContactsDbContext db, RebuildStore rebuild, IProjectionFeed feed, RunWork work, string position, string foreign, CancellationToken cancellationToken)
    {
        string follower;
        await using (var transaction = await db.BeginBulkAsync(cancellationToken))
        {
            follower = await rebuild.HoldFollowerAsync(feed.Tables, cancellationToken);
            if (string.CompareOrdinal(follower, position) <= 0 || follower == foreign)
            {
                work.Row.ChangedCount = await rebuild.SwitchAsync(feed.Tables, position, time.UtcNow(), cancellationToken);
                work.Row.TotalCount = work.Row.DoneCount;
                await work.CheckpointAsync(db, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return true;
            }
        }
        var end = (await feed.BacklogAsync(position, cancellationToken)).LastPosition;
        return string.CompareOrdinal(end, follower) < 0 && await TrySwitchAsync(db, rebuild, feed, work, position, follower, cancellationToken);
    }
}
