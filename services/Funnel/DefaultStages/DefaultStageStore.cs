using ContactPlatform.Common.V1;
using ContactPlatform.Funnel.Changes;
using ContactPlatform.Funnel.Stages;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Paging;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Funnel.DefaultStages;

/// <summary>Reads and writes default stages.</summary>
public sealed class DefaultStageStore(FunnelDbContext db)
{
    private const int Tries = 10;

    /// <summary>Returns the present default with its version; version 0 when the account never chose one.</summary>
    public async Task<(FunnelStage Stage, long Version)> CurrentAsync(CancellationToken cancellationToken) =>
        await LatestAsync(cancellationToken) is { } row ? (row.Stage, row.Version) : (DefaultStageRow.Initial, 0);

    /// <summary>Returns the default as of a time.</summary>
    public async Task<FunnelStage> AtAsync(DateTime time, CancellationToken cancellationToken) =>
        await db.DefaultStages.AsNoTracking().Where(d => d.ChangeTime <= time).OrderByDescending(d => d.Version)
            .Select(d => (FunnelStage?)d.Stage).FirstOrDefaultAsync(cancellationToken) ?? DefaultStageRow.Initial;

    /// <summary>Sets another default; the one that is there already changes nothing.</summary>
    /// <returns>The version, and the change's position in the feed; empty when nothing changed.</returns>
    /// <exception cref="RefusalException">ETAG_MISMATCH.</exception>
    public async Task<(long Version, string ChangeToken)> SetAsync(FunnelStage stage, string etag, Act act, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var latest = await LatestAsync(cancellationToken);
            var (before, version) = latest is null ? (DefaultStageRow.Initial, 0) : (latest.Stage, latest.Version);
            if (Etag.Check(etag, version) is { } stale)
            {
                throw new RefusalException(stale);
            }
            if (before == stage)
            {
                return (version, "");
            }
            var outbox = ChangesProto.DefaultStageChanged(db.AccountId, act, before, stage);
            db.Outbox.Add(outbox);
            db.DefaultStages.Add(new DefaultStageRow
            {
                AccountId = db.AccountId,
                Version = version + 1,
                Stage = stage,
                ChangeTime = latest?.ChangeTime > act.Time ? latest.ChangeTime : act.Time,
                ActorKind = act.Actor.Kind,
                ActorSubject = act.Actor.Subject,
                ActorName = act.Actor.DisplayName,
            });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return (version + 1, outbox.Position);
            }
            catch (DbUpdateException e) when (attempt < Tries && FaultTable.Find(e) is null)
            {
                // Somebody else has taken the version: look again.
                db.ChangeTracker.Clear();
            }
        }
    }

    private Task<DefaultStageRow?> LatestAsync(CancellationToken cancellationToken) =>
        db.DefaultStages.AsNoTracking().OrderByDescending(d => d.Version).FirstOrDefaultAsync(cancellationToken);
}
