using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ContactPlatform.Contacts.Imports;

/// <summary>What a batch has found went before it could use it.</summary>
public abstract class ImportRaceException(string message) : Exception(message);

/// <summary>Does a batch of an import or of an undo again that has lost a race against another writer.</summary>
public static class ImportRaces
{
    /// <summary>Every lost race means that another writer got ahead, so this many in a row are a fault.</summary>
    private const int Maximum = 50;

    /// <summary>PostgreSQL's unique and foreign key violations, serialisation failure, deadlock.</summary>
    private static readonly string[] States = ["23505", "23503", "40001", "40P01"];

    /// <summary>SQL Server's unique index and key violations, foreign key violation, deadlock; and the gate of addresses.</summary>
    private static readonly int[] Numbers = [2601, 2627, 547, 1205, 51000];

    /// <summary>Does a batch until it wins.</summary>
    public static async Task<T> WinAsync<T>(ContactsDbContext db, TimeProvider time, Func<Task<T>> batch, CancellationToken cancellationToken)
    {
        for (var races = 1; ; races++)
        {
            try
            {
                return await batch();
            }
            catch (Exception e) when (races < Maximum && IsRace(e))
            {
                db.ChangeTracker.Clear();
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 20)), time, cancellationToken);
            }
        }
    }

    private static bool IsRace(Exception exception) => exception switch
    {
        ImportRaceException => true,
        PostgresException e => States.Contains(e.SqlState),
        SqlException e => Numbers.Contains(e.Number),
        DbUpdateException { InnerException: DbException inner } => IsRace(inner),
        _ => false,
    };
}
