using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.AddressValidations;

/// <summary>
/// Returns the credits of validations that ended before all was looked at, every second; once an hour, forgets old results,
/// and what an upload left that was cut by the death of its process. Replicas may do it at once.
/// </summary>
public sealed partial class ValidationSweeper(IServiceScopeFactory scopes, TimeProvider time, ILogger<ValidationSweeper> logger) : BackgroundService
{
    private const int BatchSize = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan ResultsKept = TimeSpan.FromDays(30);
    private static readonly TimeSpan ItemsKept = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var next = time.Now();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SettleAsync(stoppingToken);
                if (time.Now() >= next)
                {
                    await ForgetAsync(stoppingToken);
                    next = time.Now() + Interval;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                LogLater(e);
            }
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Returns credits that ended validations still hold.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>();
        var ended = await db.Validations.IgnoreQueryFilters().Where(v => v.ReservedCredits > 0)
            .Join(db.Runs.IgnoreQueryFilters().Where(r => r.State == RunState.Succeeded || r.State == RunState.Failed || r.State == RunState.Cancelled), v => v.RunId, r => r.RunId, (v, r) => r)
            .AsNoTracking().OrderBy(r => r.RunId).Take(BatchSize).ToListAsync(cancellationToken);
        foreach (var run in ended)
        {
            scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = run.AccountId;
            db.ChangeTracker.Clear();
            await using var transaction = await db.BeginBulkAsync(cancellationToken);
            await scope.ServiceProvider.GetRequiredService<ValidationStore>().ReturnAsync(run, cancellationToken);
            // Nobody looks at the rest any more.
            await db.ValidationItems.Where(i => i.RunId == run.RunId).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    /// <summary>Forgets what is old.</summary>
    public async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>();
        var (results, items) = (time.Now() - ResultsKept, time.Now() - ItemsKept);
        await db.ValidationResults.IgnoreQueryFilters().Where(v => db.Runs.IgnoreQueryFilters().Any(r => r.RunId == v.RunId && r.Kind == ValidationRow.RunKind && r.EndTime <= results)).ExecuteDeleteAsync(cancellationToken);
        await db.ValidationItems.IgnoreQueryFilters().Where(i => i.CreateTime <= items && !db.Runs.IgnoreQueryFilters().Any(r => r.RunId == i.RunId)).ExecuteDeleteAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Credits of ended validations are returned later")]
    private partial void LogLater(Exception exception);
}
