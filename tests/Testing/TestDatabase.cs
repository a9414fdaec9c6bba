using System.Data.Common;
using Microsoft.Data.SqlClient;
using Npgsql;

namespace ContactPlatform.Testing;

/// <summary>An empty database.</summary>
/// <param name="Provider">The value of <c>Database:Provider</c>: PostgreSql or SqlServer.</param>
/// <param name="ConnectionString">As the provider reads it; with the right to create tables.</param>
public sealed record TestDatabase(string Provider, string ConnectionString)
{
    /// <summary>Opens a connection of the test's own, past all code under test.</summary>
    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        DbConnection connection = Provider == "SqlServer" ? new SqlConnection(ConnectionString) : new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
