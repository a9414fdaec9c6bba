using System.Data.Common;
using System.Text.Json;
using Microsoft.Data.SqlClient;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>The two databases that the platform runs on; configuration `Database:Provider`.</summary>
public enum DatabaseProvider
{
    /// <summary>PostgreSQL, the embedded default.</summary>
    PostgreSql,

    /// <summary>SQL Server.</summary>
    SqlServer,
}

/// <summary>
/// One hand-written statement in both dialects. Kept in static fields, so that a test finds every one of them and has
/// the T-SQL read by Microsoft's own parser.
/// </summary>
/// <param name="PostgreSql">The statement for PostgreSQL.</param>
/// <param name="SqlServer">The same for SQL Server.</param>
public sealed record SqlText(string PostgreSql, string SqlServer)
{
    /// <summary>A statement that both understand.</summary>
    public SqlText(string both) : this(both, both)
    {
    }

    /// <summary>The statement for a connection's database.</summary>
    public string For(DbConnection connection) => connection is SqlConnection ? SqlServer : PostgreSql;
}

/// <summary>Runs hand-written statements with parameters that both databases take.</summary>
public static class SqlCommands
{
    /// <summary>Creates a command in a transaction.</summary>
    public static DbCommand Command(this DbConnection connection, SqlText sql, DbTransaction? transaction = null)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql.For(connection);
        command.Transaction = transaction;
        return command;
    }

    /// <summary>Adds a parameter; the type comes from the value, so null needs <see cref="WithNull"/>.</summary>
    public static DbCommand With(this DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        // SQL Server's default for DateTime is the older datetime with 3 ms steps.
        if (value is DateTime && parameter is SqlParameter)
        {
            parameter.DbType = System.Data.DbType.DateTime2;
        }
        parameter.Value = value;
        command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>Adds a parameter that may be null, of a given type.</summary>
    public static DbCommand WithNull(this DbCommand command, string name, System.Data.DbType type, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.DbType = type;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>
    /// Adds a set of ids: `ANY(@name)` on PostgreSQL, `IN (SELECT CAST(value AS bigint) FROM OPENJSON(@name))` on SQL Server.
    /// </summary>
    public static DbCommand WithIds(this DbCommand command, string name, IReadOnlyCollection<long> ids)
    {
        command.Parameters.Add(command is NpgsqlCommand
            ? new NpgsqlParameter(name, NpgsqlDbType.Array | NpgsqlDbType.Bigint) { Value = ids as long[] ?? [.. ids] }
            : new SqlParameter(name, System.Data.SqlDbType.NVarChar, -1) { Value = JsonSerializer.Serialize(ids) });
        return command;
    }
}
