using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ContactPlatform.Contacts;

/// <summary>Recognises what the database's constraints refused.</summary>
public static class ConstraintFaults
{
    /// <summary>How often a write is decided anew after it lost a race; each time another writer has won one.</summary>
    public const int Attempts = 5;

    /// <summary>True when a unique key was hit (PostgreSQL 23505; SQL Server 2601, 2627) or a row referred to has gone (23503; 547).</summary>
    public static bool LostRace(DbUpdateException exception) => exception.InnerException switch
    {
        PostgresException e => e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation,
        SqlException e => e.Number is 2601 or 2627 or 547,
        _ => false,
    };
}
