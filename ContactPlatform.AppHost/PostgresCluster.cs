using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ContactPlatform.AppHost;

/// <summary>The local PostgreSQL: ready when it answers and has every service's database. Services create their own tables.</summary>
internal sealed class PostgresCluster(IReadOnlyList<string> databases, NpgsqlConnectionStringBuilder maintenance) : IHealthCheck
{
    private static readonly TimeSpan _timeout = TimeSpan.FromSeconds(5);

    public HealthCheckRegistration HealthCheck(string key) => new(key, this, HealthStatus.Unhealthy, tags: null, _timeout);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            foreach (var database in databases)
            {
                await CreateAsync(connection, database, cancellationToken);
            }

            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException e)
        {
            return HealthCheckResult.Unhealthy(e.Message);
        }
    }

    /// <summary>Replaces every database by an empty one, whoever is connected.</summary>
    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        foreach (var database in databases)
        {
            await using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS \"{database}\" WITH (FORCE)", connection);
            await drop.ExecuteNonQueryAsync(cancellationToken);
            await CreateAsync(connection, database, cancellationToken);
        }
    }

    private static async Task CreateAsync(NpgsqlConnection connection, string database, CancellationToken cancellationToken)
    {
        await using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection)
        {
            Parameters = { new NpgsqlParameter { Value = database } },
        };
        if (await find.ExecuteScalarAsync(cancellationToken) is not null)
        {
            return;
        }

        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{database}\"", connection);
        try
        {
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // A health check and a reset met: the other one created it.
        }
    }
}
