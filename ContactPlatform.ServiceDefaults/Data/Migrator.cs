using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>Brings the database up to date before the service takes calls. Replicas may start at once.</summary>
public sealed class Migrator(IServiceScopeFactory scopes) : IHostedService
{
    /// <summary>Key of the lock; any number that nothing else in the database uses.</summary>
    private const long LockKey = 5_137_204_418;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<PlatformDbContext>().Database;
        var creator = database.GetService<IRelationalDatabaseCreator>();
        // Most starts find nothing to do; that is seen without a lock and without EF's comparison of whole models.
        if (await creator.ExistsAsync(cancellationToken) && await IsCurrentAsync(database, cancellationToken))
        {
            return;
        }
        if (scope.ServiceProvider.GetService<NpgsqlDataSource>() is not { } source)
        {
            // SQL Server, where EF's own lock is the session's.
            await database.MigrateAsync(cancellationToken);
            return;
        }
        // On PostgreSQL EF's lock ends with each migration's transaction, and a replica that waited for it then does the
        // next migration, which the first has on its list as well.
        await EnsureExistsAsync(creator, cancellationToken);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, "SELECT pg_advisory_lock($1)", cancellationToken);
        try
        {
            await database.MigrateAsync(cancellationToken);
        }
        finally
        {
            // The pool would keep it with the session.
            await ExecuteAsync(connection, "SELECT pg_advisory_unlock($1)", CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <exception cref="InvalidOperationException">
    /// Its schema is of another line of versions. One that is only later is left alone: that is a release rolled back.
    /// </exception>
    private static async Task<bool> IsCurrentAsync(DatabaseFacade database, CancellationToken cancellationToken)
    {
        var applied = (await database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        var pending = database.GetMigrations().Except(applied).ToList();
        var unknown = applied.Except(database.GetMigrations()).ToList();
        if (pending.Count > 0 && unknown.Count > 0)
        {
            throw new InvalidOperationException(
                $"the database {database.GetDbConnection().Database} was made by another version: it has {string.Join(", ", unknown)}, which this one does not know, and lacks {string.Join(", ", pending)}; run the version that made it, or start with an empty database (./dev clean removes a local one)");
        }
        return pending.Count == 0;
    }

    private static async Task EnsureExistsAsync(IRelationalDatabaseCreator creator, CancellationToken cancellationToken)
    {
        if (await creator.ExistsAsync(cancellationToken))
        {
            return;
        }
        try
        {
            await creator.CreateAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another replica was faster.
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // Another replica's migrations take as long as they take.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0, Parameters = { new() { Value = LockKey } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
