using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.ServiceDefaults.Tests.Support;

/// <summary>A service's smallest database: the platform's tables and one of its own.</summary>
public class ProbeDbContext : PlatformDbContext
{
    public ProbeDbContext(DbContextOptions<ProbeDbContext> options, CurrentAccount account) : base(options, account)
    {
    }

    protected ProbeDbContext(DbContextOptions options, CurrentAccount account) : base(options, account)
    {
    }

    public DbSet<ItemRow> Items => Set<ItemRow>();

    // The tables are made by EnsureCreated: there are no migrations to be behind of.
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning));
}

/// <summary>The same for SQL Server.</summary>
public sealed class SqlServerProbeDbContext(DbContextOptions<SqlServerProbeDbContext> options, CurrentAccount account) : ProbeDbContext(options, account);

/// <summary>Something that an account owns.</summary>
public sealed class ItemRow : IAccountOwned
{
    public long AccountId { get; init; }

    public long ItemId { get; init; }

    public required string DisplayName { get; set; }

    public DateTime CreateTime { get; init; }

    public long Version { get; set; }
}

internal sealed class ItemConfiguration : IEntityTypeConfiguration<ItemRow>
{
    public void Configure(EntityTypeBuilder<ItemRow> builder)
    {
        builder.ToTable("items").HasKey(i => new { i.AccountId, i.ItemId });
        builder.Property(i => i.ItemId).ValueGeneratedNever();
        builder.Property(i => i.DisplayName).HasMaxLength(100);
        builder.Property(i => i.Version).IsConcurrencyToken();
        builder.HasIndex(i => new { i.AccountId, i.DisplayName }).IsUnique();
    }
}
