using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>
/// Holds what this process has reserved, and finds what a dead process had: nobody can tell whether that was sent, so it is
/// shown as unknown and left alone.
/// </summary>
public sealed partial class ReservationKeeper(IServiceScopeFactory scopes, SendSettings settings, SendWorker worker, TimeProvider time, ILogger<ReservationKeeper> logger) : BackgroundService
{
    // Rows that are locked have their results written at this moment.
    private static readonly SqlText Hold = new(
        """
        UPDATE messages AS m SET lease_time = @until
        FROM (SELECT account_id, message_id FROM messages WHERE state = 2 AND worker_id = @worker AND message_id = ANY(@ids) FOR UPDATE SKIP LOCKED) AS h
        WHERE m.account_id = h.account_id AND m.message_id = h.message_id
        """,
        "UPDATE messages WITH (ROWLOCK, READPAST) SET lease_time = @until WHERE state = 2 AND worker_id = @worker AND message_id IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))");

    private static readonly SqlText GiveUp = new(
        """
        UPDATE messages AS m SET state = 5, lease_time = NULL, diagnostic = @diagnostic
        FROM (SELECT account_id, message_id FROM messages WHERE state = 2 AND lease_time < @now FOR UPDATE SKIP LOCKED) AS h
        WHERE m.account_id = h.account_id AND m.message_id = h.message_id
        """,
        "UPDATE messages WITH (ROWLOCK, READPAST) SET state = 5, lease_time = NULL, diagnostic = @diagnostic WHERE state = 2 AND lease_time < @now");

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(settings.Lease / 3, time);
        do
        {
            try
            {
                await KeepAsync(stoppingToken);
            }
            catch (Exception e) when (FaultTable.Find(e) is not null)
            {
                LogLater(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>().Database;
        await database.OpenConnectionAsync(cancellationToken);
        var now = time.Now();
        await using var hold = database.GetDbConnection().Command(Hold).With("until", now + settings.Lease).With("worker", worker.Id).WithIds("ids", worker.InHand);
        await hold.ExecuteNonQueryAsync(cancellationToken);
        await using var giveUp = database.GetDbConnection().Command(GiveUp).With("now", now).With("diagnostic", "the process that had reserved it ended before it wrote what became of it");
        if (await giveUp.ExecuteNonQueryAsync(cancellationToken) is > 0 and var lost)
        {
            SendWorker.Lost.Add(lost);
            LogLost(lost);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outcome of {Count} messages is unknown: their process has died")]
    private partial void LogLost(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Reservations are looked at later")]
    private partial void LogLater(Exception exception);
}
