using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Errors;
using ContactPlatform.ServiceDefaults.Locks;
using ContactPlatform.ServiceDefaults.Telemetry;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Sequences.Consistency;

/// <summary>
/// Puts right contacts on which the rules between the services do not hold: every hour, or as `Sequences:CheckSeconds` says. One
/// replica does it at a time; two that did would find nothing in each other's way.
/// </summary>
public sealed partial class StandingCheck(IServiceScopeFactory scopes, LockLeases locks, IConfiguration configuration, TimeProvider time, ILogger<StandingCheck> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromSeconds(configuration.GetValue("Sequences:CheckSeconds", 3600));
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!stoppingToken.IsCancellationRequested && await locks.TryTakeAsync(LockKey.StandingCheck("sequences"), stoppingToken) is { } lease)
                {
                    await using var held = lease;
                    using var both = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lease.Lost);
                    await CheckAsync(both.Token);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is OperationCanceledException or RpcException || FaultTable.Find(e) is not null)
            {
                LogInterrupted(e);
            }
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var account in await AccountsAsync(cancellationToken))
        {
            await using var scope = scopes.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CurrentAccount>().Id = account;
            ConsistencyPass? last = null;
            await foreach (var pass in scope.ServiceProvider.GetRequiredService<ConsistencyCheck>().PassAsync(repair: true, cancellationToken))
            {
                last = pass;
            }
            foreach (var violations in last!.Rules.Where(v => v.ContactCount > 0))
            {
                var rule = violations.Rule.ToString();
                PlatformTelemetry.Violations.Add(violations.ContactCount, new("service", "sequences"), new KeyValuePair<string, object?>("rule", rule));
                LogRepaired(violations.ContactCount, rule, account);
            }
        }
    }

    private async Task<List<long>> AccountsAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SequencesDbContext>().Sequences.IgnoreQueryFilters().Select(s => s.AccountId).Distinct().OrderBy(a => a).ToListAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rule {Rule} did not hold on {Count} contacts of account {Account}; they were put right")]
    private partial void LogRepaired(long count, string rule, long account);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for contacts on which rules do not hold was interrupted; it is done again")]
    private partial void LogInterrupted(Exception exception);
}
