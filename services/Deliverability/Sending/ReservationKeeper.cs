using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.Deliverability.Sending;

/// <summary>
/// Holds what this process has reserved, and finds what a dead process had: nobody can tell whether that was sent, so it is
/// shown as unknown and left alone.
/// </summary>
public sealed partial class ReservationKeeper(IServiceScopeFactory scopes, SendSettings settings, SendWorker worker, TimeProvider time, ILogger<ReservationKeeper> logger) : BackgroundService
{
    // Those that are locked have their results written at this moment.
    private static readonly SqlText Hold = new(
        """
        UPDATE mail_reservations AS r SET lease_time = @until
        FROM (SELECT account_id, worker_id, reservation FROM mail_reservations WHERE worker_id = @worker AND reservation = ANY(@ids) FOR UPDATE SKIP LOCKED) AS h
        WHERE r.account_id = h.account_id AND r.worker_id = h.worker_id AND r.reservation = h.reservation
        """,
        "UPDATE mail_reservations WITH (ROWLOCK, READPAST) SET lease_time = @until WHERE worker_id = @worker AND reservation IN (SELECT CAST(value AS bigint) FROM OPENJSON(@ids))");

    private static readonly SqlText GiveUp = new(
        """
        WITH late AS (
          SELECT account_id, worker_id, reservation FROM mail_reservations WHERE lease_time < @now FOR UPDATE SKIP LOCKED
        ), gone AS (
          DELETE FROM mail_reservations AS r USING late AS l WHERE r.account_id = l.account_id AND r.worker_id = l.worker_id AND r.reservation = l.reservation
          RETURNING r.account_id, r.worker_id, r.reservation, r.message_ids
        )
        UPDATE messages AS m SET state = 5, diagnostic = @diagnostic FROM gone AS g CROSS JOIN LATERAL unnest(g.message_ids) AS k(id)
        WHERE m.account_id = g.account_id AND m.message_id = k.id AND m.worker_id = g.worker_id AND m.reservation = g.reservation AND m.state = 2
        """,
        """
        SET NOCOUNT ON;
        DECLARE @gone TABLE (account_id bigint NOT NULL, worker_id bigint NOT NULL, reservation bigint NOT NULL, message_ids nvarchar(max) NOT NULL);
        DELETE FROM mail_reservations WITH (ROWLOCK, READPAST) OUTPUT deleted.account_id, deleted.worker_id, deleted.reservation, deleted.message_ids INTO @gone WHERE lease_time < @now;
        SET NOCOUNT OFF;
        UPDATE m SET state = 5, diagnostic = @diagnostic FROM @gone AS g CROSS APPLY OPENJSON(g.message_ids) AS k
        JOIN messages AS m ON m.account_id = g.account_id AND m.message_id = CAST(k.value AS bigint)
        WHERE m.worker_id = g.worker_id AND m.reservation = g.reservation AND m.state = 2;
        """);

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
        var db = scope.ServiceProvider.GetRequiredService<DeliverabilityDbContext>();
        var now = time.Now();
        await using var transaction = await db.BeginBulkAsync(cancellationToken);
        await using var hold = db.Database.GetDbConnection().Command(Hold, transaction.GetDbTransaction()).With("until", now + settings.Lease).With("worker", worker.Id).WithIds("ids", worker.InHand);
        await hold.ExecuteNonQueryAsync(cancellationToken);
        await using var giveUp = db.Database.GetDbConnection().Command(GiveUp, transaction.GetDbTransaction()).With("now", now).With("diagnostic", "the process that had reserved it ended before it wrote what became of it");
        var lost = await giveUp.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (lost > 0)
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
