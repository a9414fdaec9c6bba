using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>
/// Tells others of addresses whose trouble has passed by itself: every minute, or as `Deliverability:SweepSeconds` says. Here
/// it has passed on the microsecond, since the shown status is computed; what is swept is what others were told. Replicas may
/// do it at once: whoever comes second finds nothing changed.
/// </summary>
public sealed partial class StatusSweeper(IServiceScopeFactory scopes, IConfiguration configuration, TimeProvider time, ILogger<StatusSweeper> logger) : BackgroundService
{
    private const int BatchSize = 1000;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromSeconds(configuration.GetValue("Deliverability:SweepSeconds", 60));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await SweepAsync(stoppingToken))
                {
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                LogInterrupted(e);
            }
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sweeps addresses of one account; true when there may be more.</summary>
    private async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>();
        var latest = time.Now() - StatusRules.UnavailableFor;
        var account = await db.Addresses.IgnoreQueryFilters().Where(a => a.Status == DeliverabilityStatus.Unavailable && a.UnavailableTime <= latest)
            .OrderBy(a => a.UnavailableTime).Select(a => (long?)a.AccountId).FirstOrDefaultAsync(cancellationToken);
        if (account is null)
        {
            return false;
        }
        scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account.Value;
        var ids = await db.Addresses.Where(a => a.Status == DeliverabilityStatus.Unavailable && a.UnavailableTime <= latest)
            .OrderBy(a => a.UnavailableTime).Select(a => a.AddressId).Take(BatchSize).ToListAsync(cancellationToken);
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        await scope.ServiceProvider.GetRequiredService<AddressFactStore>().FoldAsync([], ids, null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for addresses whose trouble has passed was interrupted; it is done again")]
    private partial void LogInterrupted(Exception exception);
}
