using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Times;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Forgets what rules of automation and of lead scoring did, once it is old: at the start and once an hour.</summary>
public sealed partial class AutomationSweeper(IServiceScopeFactory scopes, TimeProvider time, ILogger<AutomationSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <summary>Rows of one transaction: a long one would hold the change feed up.</summary>
    private const int Batch = 5_000;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await SweepAsync(scope.ServiceProvider.GetRequiredService<SequencesDbContext>(), time.Now(), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested && FaultTable.Find(e) is not null)
            {
                LogLater(e);
            }
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sweeps all accounts. What is not done stays, and so does what made an enrolment that goes on: what follows from that belongs to its chain.</summary>
    public static async Task SweepAsync(SequencesDbContext db, DateTime now, CancellationToken cancellationToken)
    {
        var before = now - AutomationLimits.Kept;
        while (await SweepFiringsAsync(db, before, cancellationToken) == Batch)
        {
        }
        while (await db.LeadScoreAwards.IgnoreQueryFilters().Where(a => a.DueTime == null && a.AwardTime <= before).OrderBy(a => a.AwardTime).Take(Batch).ExecuteDeleteAsync(cancellationToken) == Batch)
        {
        }
    }

    private static async Task<int> SweepFiringsAsync(SequencesDbContext db, DateTime before, CancellationToken cancellationToken)
    {
        var old = await db.AutomationFirings.IgnoreQueryFilters().Where(f => f.DueTime == null && f.FireTime <= before
                && !db.AutomationActions.IgnoreQueryFilters().Any(a => a.AccountId == f.AccountId && a.AutomationFiringId == f.AutomationFiringId
                    && db.Enrollments.IgnoreQueryFilters().Any(e => e.AccountId == a.AccountId && e.EnrollmentId == a.EnrollmentId && e.EndTime == null)))
            .OrderBy(f => f.FireTime).Take(Batch).Select(f => new { f.AccountId, f.AutomationFiringId }).ToListAsync(cancellationToken);
        long[] accountIds = [.. old.Select(f => f.AccountId).Distinct()];
        // Of all accounts: one sequence numbers them all.
        long[] ids = [.. old.Select(f => f.AutomationFiringId)];
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        await db.AutomationActions.IgnoreQueryFilters().Where(a => accountIds.Contains(a.AccountId) && ids.Contains(a.AutomationFiringId)).ExecuteDeleteAsync(cancellationToken);
        await db.AutomationFirings.IgnoreQueryFilters().Where(f => accountIds.Contains(f.AccountId) && ids.Contains(f.AutomationFiringId)).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return old.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What rules did long ago is forgotten an hour later")]
    private partial void LogLater(Exception exception);
}
