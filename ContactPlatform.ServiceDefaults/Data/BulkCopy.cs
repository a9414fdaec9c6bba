using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;
using Npgsql;
using NpgsqlTypes;

namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>One column of a bulk copy.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="Type">Its PostgreSQL type.</param>
public sealed record BulkColumn(string Name, NpgsqlDbType Type)
{
    internal Type ClrType => Type switch
    {
        NpgsqlDbType.Bigint => typeof(long),
        NpgsqlDbType.Integer => typeof(int),
        NpgsqlDbType.Smallint => typeof(short),
        NpgsqlDbType.Boolean => typeof(bool),
        NpgsqlDbType.TimestampTz or NpgsqlDbType.Date => typeof(DateTime),
        NpgsqlDbType.Numeric => typeof(decimal),
        NpgsqlDbType.Bytea => typeof(byte[]),
        _ => typeof(string),
    };
}

/// <summary>Writes many rows the fastest way that each database has: COPY, or SqlBulkCopy.</summary>
public static class BulkCopy
{
    /// <summary>Copies rows into a table within a transaction; each row has one value per column, null for NULL.</summary>
    /// <returns>Number of rows written.</returns>
    public static async Task<long> WriteAsync(DbConnection connection, DbTransaction? transaction, string table, IReadOnlyList<BulkColumn> columns, IEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        if (connection is NpgsqlConnection npgsql)
        {
            await using var import = await npgsql.BeginBinaryImportAsync($"COPY {table} ({string.Join(", ", columns.Select(c => c.Name))}) FROM STDIN (FORMAT BINARY)", cancellationToken);
            foreach (var row in rows)
            {
                await import.StartRowAsync(cancellationToken);
                for (var i = 0; i < row.Length; i++)
                {
                    if (row[i] is { } value)
                    {
                        await import.WriteAsync(value, columns[i].Type, cancellationToken);
                    }
                    else
                    {
                        await import.WriteNullAsync(cancellationToken);
                    }
                }
            }
            return (long)await import.CompleteAsync(cancellationToken);
        }

        using var copy = new SqlBulkCopy((SqlConnection)connection, SqlBulkCopyOptions.CheckConstraints, (SqlTransaction?)transaction) { DestinationTableName = table, BulkCopyTimeout = 0 };
        using var data = new DataTable();
        foreach (var column in columns)
        {
            data.Columns.Add(column.Name, column.ClrType);
            copy.ColumnMappings.Add(column.Name, column.Name);
        }
        foreach (var row in rows)
        {
            data.Rows.Add([.. row.Select(v => v ?? DBNull.Value)]);
        }
        await copy.WriteToServerAsync(data, cancellationToken);
        return data.Rows.Count;
    }
}
