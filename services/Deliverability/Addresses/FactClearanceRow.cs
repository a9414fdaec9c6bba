using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>A fact that somebody cleared by hand, and why.</summary>
public sealed class FactClearanceRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Number of the clearance.</summary>
    public long FactClearanceId { get; init; }

    /// <summary>The address.</summary>
    public long AddressId { get; init; }

    /// <summary>What was cleared.</summary>
    public FactKind Kind { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTime ClearTime { get; init; }

    /// <summary>Kind of who did.</summary>
    public ActorKind ActorKind { get; init; }

    /// <summary>Who did.</summary>
    public required string ActorSubject { get; init; }

    /// <summary>The name of who did, for people.</summary>
    public required string ActorName { get; init; }

    /// <summary>Why; emptied when the address is erased.</summary>
    public required string Reason { get; set; }
}

internal sealed class FactClearanceConfiguration : IEntityTypeConfiguration<FactClearanceRow>
{
    public void Configure(EntityTypeBuilder<FactClearanceRow> builder)
    {
        builder.ToTable("fact_clearances").HasKey(c => new { c.AccountId, c.FactClearanceId });
        builder.Property(c => c.FactClearanceId).ValueGeneratedNever();
        builder.Property(c => c.Kind).HasConversion<short>();
        builder.Property(c => c.ActorKind).HasConversion<short>();
        builder.Property(c => c.ActorSubject).HasMaxLength(200);
        builder.Property(c => c.ActorName).HasMaxLength(200);
        builder.Property(c => c.Reason).HasMaxLength(AddressProto.MaximumReason);
        builder.HasIndex(c => new { c.AccountId, c.AddressId, c.FactClearanceId });
    }
}
