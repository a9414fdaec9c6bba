using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>Begins the transactions of bulk work.</summary>
public static class BulkTransaction
{
    /// <summary>
    /// PostgreSQL: a process that freezes in the middle must not hold its rows for ever, so the server ends a transaction
    /// from which nothing is heard for 5 s; none of these may wait for anything but the database. Plans are kept, those that check
    /// foreign keys too, and one that was made while a table was all but empty would read it whole for each row when it is full:
    /// bulk work finds rows by their keys, so that is ruled out. Whoever asks first makes the plan, so what is asked here over many
    /// rows is asked in no other transactions.
    /// SQL Server: a failed statement ends the transaction, as it does on PostgreSQL.
    /// </summary>
    private static readonly SqlText Settings = new(
        "SET LOCAL idle_in_transaction_session_timeout = '5s'; SET LOCAL enable_seqscan = off", "SET XACT_ABORT ON");

    /// <summary>Begins a transaction whose statements touch many rows at once.</summary>
    public static async Task<IDbContextTransaction> BeginBulkAsync(this PlatformDbContext db, CancellationToken cancellationToken)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            await using var command = db.Database.GetDbConnection().Command(Settings, transaction.GetDbTransaction());
            await command.ExecuteNonQueryAsync(cancellationToken);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }
}
