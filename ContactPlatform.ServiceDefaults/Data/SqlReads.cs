using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>A statement that selects rows, and what is done with each of them.</summary>
/// <param name="Sql">The statement; it may take `@account`.</param>
/// <param name="Row">Takes a row.</param>
public sealed record SqlRead(SqlText Sql, Action<DbDataReader> Row);

/// <summary>Asks several things in one round trip: where each is found by a key, the way to the database takes longer than it does.</summary>
public static class SqlReads
{
    /// <summary>Runs statements one after the other, in the transaction that is open, if any.</summary>
    /// <param name="db">The database and the account.</param>
    /// <param name="reads">The statements; none asks nothing.</param>
    /// <param name="parameters">Adds their parameters, but for the account.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task ReadAsync(this PlatformDbContext db, IReadOnlyList<SqlRead> reads, Action<DbCommand> parameters, CancellationToken cancellationToken)
    {
        if (reads.Count == 0)
        {
            return;
        }
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            var connection = db.Database.GetDbConnection();
            await using var command = connection.CreateCommand();
            command.CommandText = string.Join(";\n", reads.Select(r => r.Sql.For(connection)));
            command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
            parameters(command.With("account", db.AccountId));
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            foreach (var read in reads)
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    read.Row(reader);
                }
                await reader.NextResultAsync(cancellationToken);
            }
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    /// <summary>Reads a time, UTC: SQL Server returns times without a kind.</summary>
    public static DateTime Utc(this DbDataReader row, int column) => DateTime.SpecifyKind(row.GetDateTime(column), DateTimeKind.Utc);

    /// <summary>Reads a time, UTC, that may be null.</summary>
    public static DateTime? MaybeUtc(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Utc(column);
}
