using ContactPlatform.Deliverability.Classifications;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Replays;

/// <summary>
/// Works on replays and their undos. Events never go, so no set is written down: pieces follow each other in the order of
/// events, and the run's cursor says how far they are. A piece is one transaction: the events, what is known of their
/// addresses, what other services are told, the counts, and the run's progress at this worker's epoch.
/// </summary>
public sealed class ReplayExecutor(IServiceScopeFactory scopes, RightOfWay rightOfWay, TimeProvider time) : IRunExecutor
{
    /// <summary>Reason under which events are counted that were classified anew since.</summary>
    public const string ChangedSince = "CHANGED_SINCE";

    /// <inheritdoc/>
    public string Kind => ReplayRow.RunKind;

    /// <inheritdoc/>
    public async Task ExecuteAsync(RunWork work, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = work.Row.AccountId;
        var (db, store) = (scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>(), scope.ServiceProvider.GetRequiredService<ReplayStore>());
        var replay = await FixAsync(work, db, cancellationToken);
        for (var began = time.GetTimestamp(); await NextAsync(work, replay, db, store, cancellationToken); began = time.GetTimestamp())
        {
            await rightOfWay.GiveWayAsync(began, cancellationToken);
        }
    }

    /// <summary>Says which events the run is about, once.</summary>
    private async Task<ReplayRow> FixAsync(RunWork work, DeliverabilityDbContext db, CancellationToken cancellationToken)
    {
        var replay = await db.Replays.AsNoTracking().SingleAsync(r => r.RunId == work.Row.RunId, cancellationToken);
        if (work.Row.SetTime is null)
        {
            var last = await db.DeliveryEvents.Where(e => e.RuleVersion != 0).MaxAsync(e => (long?)e.DeliveryEventId, cancellationToken) ?? 0;
            work.Row.TotalCount = replay.UndoneRunId == 0
                ? await db.DeliveryEvents.LongCountAsync(e => e.RuleVersion != 0 && e.EventKey != "" && e.DeliveryEventId <= last, cancellationToken)
                : await db.ReplayChanges.LongCountAsync(c => c.RunId == replay.UndoneRunId, cancellationToken);
            work.Row.SetTime = time.Now();
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            await db.Replays.Where(r => r.RunId == work.Row.RunId).ExecuteUpdateAsync(set => set.SetProperty(r => r.LastEventId, last), cancellationToken);
            await work.CheckpointAsync(db, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            replay = await db.Replays.AsNoTracking().SingleAsync(r => r.RunId == work.Row.RunId, cancellationToken);
        }
        return replay;
    }

    private static async Task<bool> NextAsync(RunWork work, ReplayRow replay, DeliverabilityDbContext db, ReplayStore store, CancellationToken cancellationToken)
    {
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        var piece = replay.UndoneRunId == 0 ? await ReadAsync(work, replay, db, cancellationToken) : await ReadChangesAsync(work, replay, db, cancellationToken);
        if (piece.Count == 0)
        {
            return false;
        }
        var wanted = piece.Where(p => (p.From.Class, p.From.RuleId) != (p.To.Class, p.To.RuleId) || replay.UndoneRunId != 0).ToList();
        var done = replay.DryRun ? wanted : await store.ApplyAsync(work.Row.RunId, wanted, work.Row.Actor, cancellationToken);
        await CountAsync(work, db, done, cancellationToken);
        work.Row.CursorId = piece[^1].EventId;
        work.Row.DoneCount += piece.Count;
        work.Row.ChangedCount += done.Count;
        work.Row.UnchangedCount += piece.Count - wanted.Count;
        work.Skip(ChangedSince, wanted.Count - done.Count);
        await work.CheckpointAsync(db, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>The next events, with what the rules say of them now. Of erased recipients nothing is left that rules could be asked about.</summary>
    private static async Task<List<Reclassification>> ReadAsync(RunWork work, ReplayRow replay, DeliverabilityDbContext db, CancellationToken cancellationToken)
    {
        var events = await db.DeliveryEvents.AsNoTracking()
            .Where(e => e.RuleVersion != 0 && e.EventKey != "" && e.DeliveryEventId > work.Row.CursorId && e.DeliveryEventId <= replay.LastEventId)
            .OrderBy(e => e.DeliveryEventId).Take(ReplayStore.ChunkSize).ToListAsync(cancellationToken);
        return [.. events.Select(e =>
        {
            var verdict = Classifier.Classify(e.EnhancedCode, e.Diagnostic, e.RemoteHost);
            return new Reclassification(e.DeliveryEventId, e.MessageId, e.AddressId, e.Kind, e.EventTime, new(e.FailureClass, e.RuleId, e.RuleVersion), new(verdict.Class, verdict.RuleId, Classifier.Version));
        })];
    }

    /// <summary>The next events of the undone replay, the other way round.</summary>
    private static async Task<List<Reclassification>> ReadChangesAsync(RunWork work, ReplayRow replay, DeliverabilityDbContext db, CancellationToken cancellationToken)
    {
        var changes = await db.ReplayChanges.AsNoTracking().Where(c => c.RunId == replay.UndoneRunId && c.DeliveryEventId > work.Row.CursorId)
            .Join(db.DeliveryEvents.AsNoTracking(), c => c.DeliveryEventId, e => e.DeliveryEventId, (c, e) => new { c, e.MessageId, e.AddressId, e.Kind, e.EventTime })
            .OrderBy(c => c.c.DeliveryEventId).Take(ReplayStore.ChunkSize).ToListAsync(cancellationToken);
        return [.. changes.Select(x => new Reclassification(x.c.DeliveryEventId, x.MessageId, x.AddressId, x.Kind, x.EventTime,
            new(x.c.ToClass, x.c.ToRuleId, x.c.ToRuleVersion), new(x.c.FromClass, x.c.FromRuleId, x.c.FromRuleVersion)))];
    }

    private static async Task CountAsync(RunWork work, DeliverabilityDbContext db, IReadOnlyList<Reclassification> done, CancellationToken cancellationToken)
    {
        var counts = await db.ReplayCounts.Where(c => c.RunId == work.Row.RunId).ToListAsync(cancellationToken);
        foreach (var group in done.GroupBy(d => (From: d.From.Class, To: d.To.Class)))
        {
            var count = counts.Find(c => (c.FromClass, c.ToClass) == group.Key);
            if (count is null)
            {
                count = new() { AccountId = work.Row.AccountId, RunId = work.Row.RunId, FromClass = group.Key.From, ToClass = group.Key.To };
                db.ReplayCounts.Add(count);
            }
            count.EventCount += group.LongCount();
        }
        await db.SaveChangesAsync(cancellationToken);
        db.ChangeTracker.Clear();
    }
}
