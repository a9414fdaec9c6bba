using System.Text.RegularExpressions;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Feeds;
using ContactPlatform.ServiceDefaults.Requests;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.ServiceDefaults.Data;

/// <summary>A row that belongs to an account. Every table starts with the account's id; a query filter adds it.</summary>
public interface IAccountOwned
{
    /// <summary>The account.</summary>
    long AccountId { get; }
}

/// <summary>
/// What every service's database has: the tables of runs, request ids, the change feed and followed positions, names in
/// snake_case, UTC times, and a filter that keeps accounts apart.
/// </summary>
public abstract partial class PlatformDbContext(DbContextOptions options, CurrentAccount account) : DbContext(options)
{
    /// <summary>Account whose rows are visible; 0 sees none. Background work over all accounts uses IgnoreQueryFilters.</summary>
    public long AccountId => account.Id;

    /// <summary>True on SQL Server, for the few mappings that differ.</summary>
    public bool IsSqlServer => Database.ProviderName == "Microsoft.EntityFrameworkCore.SqlServer";

    /// <summary>True from the saving of what other services are to be told until the commit.</summary>
    internal bool IsTelling { get; set; }

    /// <summary>Bulk work.</summary>
    public DbSet<RunRow> Runs => Set<RunRow>();

    /// <summary>Changes to tell other services.</summary>
    public DbSet<OutboxRow> Outbox => Set<OutboxRow>();

    /// <summary>How far this service has applied other services' changes.</summary>
    public DbSet<FeedPositionRow> FeedPositions => Set<FeedPositionRow>();

    /// <summary>Requests that must not be done twice.</summary>
    public DbSet<RequestRow> Requests => Set<RequestRow>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasSequence<long>(IdSequence.Name).StartsAt(1).IncrementsBy(IdSequence.BlockSize);
        RunRow.Configure(modelBuilder.Entity<RunRow>());
        OutboxRow.Configure(modelBuilder.Entity<OutboxRow>(), IsSqlServer);
        FeedPositionRow.Configure(modelBuilder.Entity<FeedPositionRow>());
        RequestRow.Configure(modelBuilder.Entity<RequestRow>());
        modelBuilder.ApplyConfigurationsFromAssembly(GetType().Assembly);

        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetTableName(Snake(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(Snake(property.Name));
            }
            if (typeof(IAccountOwned).IsAssignableFrom(entity.ClrType))
            {
                typeof(PlatformDbContext).GetMethod(nameof(Filter), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!
                    .MakeGenericMethod(entity.ClrType).Invoke(this, [modelBuilder]);
            }
        }
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
        configurationBuilder.Properties<DateTime?>().HaveConversion<UtcConverter>();
    }

    private void Filter<T>(ModelBuilder modelBuilder) where T : class, IAccountOwned =>
        modelBuilder.Entity<T>().HasQueryFilter(e => e.AccountId == AccountId);

    private static string Snake(string name) => Boundary().Replace(name, "_$1").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])([A-Z])")]
    private static partial Regex Boundary();

    /// <summary>SQL Server returns times without a kind; all of ours are UTC.</summary>
    private sealed class UtcConverter() : Microsoft.EntityFrameworkCore.Storage.ValueConversion.ValueConverter<DateTime, DateTime>(
        v => v, v => DateTime.SpecifyKind(v, DateTimeKind.Utc));
}
