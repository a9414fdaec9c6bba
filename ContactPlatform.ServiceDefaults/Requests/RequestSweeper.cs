using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Requests;

/// <summary>Forgets request ids after 7 days, once an hour.</summary>
public sealed partial class RequestSweeper(IServiceScopeFactory scopes, TimeProvider time, ILogger<RequestSweeper> logger) : BackgroundService
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var before = time.GetUtcNow().UtcDateTime - Kept;
                await scope.ServiceProvider.GetRequiredService<PlatformDbContext>().Requests.IgnoreQueryFilters()
                    .Where(r => r.CreateTime < before).ExecuteDeleteAsync(stoppingToken);
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                LogLater(e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old request ids are forgotten an hour later")]
    private partial void LogLater(Exception exception);
}
