using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.ContactAddresses;
using ContactPlatform.Deliverability.Suppressions;
using ContactPlatform.ServiceDefaults.Auth;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;

namespace ContactPlatform.Deliverability;

/// <summary>Deliverability's database.</summary>
public class DeliverabilityDbContext : PlatformDbContext
{
    /// <summary>Texts differ when their characters do, as on PostgreSQL.</summary>
    private const string BinaryCollation = "Latin1_General_100_BIN2";

    /// <summary>PostgreSQL's.</summary>
    public DeliverabilityDbContext(DbContextOptions<DeliverabilityDbContext> options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>For a context of another provider.</summary>
    protected DeliverabilityDbContext(DbContextOptions options, CurrentAccount account) : base(options, account)
    {
    }

    /// <summary>Addresses and all that happened to them.</summary>
    public DbSet<AddressRow> Addresses => Set<AddressRow>();

    /// <summary>What of that was cleared by hand.</summary>
    public DbSet<FactClearanceRow> FactClearances => Set<FactClearanceRow>();

    /// <summary>The suppression list.</summary>
    public DbSet<SuppressionRow> Suppressions => Set<SuppressionRow>();

    /// <summary>Which contact has which address.</summary>
    public DbSet<ContactAddressRow> ContactAddresses => Set<ContactAddressRow>();

    /// <summary>Addresses that contacts had before.</summary>
    public DbSet<FormerAddressRow> FormerAddresses => Set<FormerAddressRow>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        if (IsSqlServer)
        {
            modelBuilder.Entity<AddressRow>().Property(a => a.Address).UseCollation(BinaryCollation);
        }
    }
}

/// <summary>The same with SQL Server's migrations.</summary>
public sealed class SqlServerDeliverabilityDbContext(DbContextOptions<SqlServerDeliverabilityDbContext> options, CurrentAccount account) : DeliverabilityDbContext(options, account);
