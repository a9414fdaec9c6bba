using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.Suppressions;

/// <summary>An address that is or was on the account's suppression list: who put it there, who took it off, and why. Whether it is on it is a fact of the address.</summary>
public sealed class SuppressionRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The address.</summary>
    public long AddressId { get; init; }

    /// <summary>When it was put on the list, UTC.</summary>
    public DateTime SuppressTime { get; set; }

    /// <summary>Kind of who did.</summary>
    public ActorKind ActorKind { get; set; }

    /// <summary>Who did.</summary>
    public required string ActorSubject { get; set; }

    /// <summary>The name of who did, for people.</summary>
    public required string ActorName { get; set; }

    /// <summary>Why; may be empty.</summary>
    public required string Reason { get; set; }

    /// <summary>When it was taken off, UTC; null while it is on the list.</summary>
    public DateTime? RemoveTime { get; set; }

    /// <summary>Kind of who took it off; 0 for nobody.</summary>
    public ActorKind RemoveActorKind { get; set; }

    /// <summary>Who took it off; empty for nobody.</summary>
    public string RemoveActorSubject { get; set; } = "";

    /// <summary>Why it was taken off; empty while it is on the list.</summary>
    public string RemoveReason { get; set; } = "";
}

internal sealed class SuppressionConfiguration : IEntityTypeConfiguration<SuppressionRow>
{
    public void Configure(EntityTypeBuilder<SuppressionRow> builder)
    {
        builder.ToTable("suppressions").HasKey(s => new { s.AccountId, s.AddressId });
        builder.Property(s => s.AddressId).ValueGeneratedNever();
        builder.Property(s => s.ActorKind).HasConversion<short>();
        builder.Property(s => s.ActorSubject).HasMaxLength(200);
        builder.Property(s => s.ActorName).HasMaxLength(200);
        builder.Property(s => s.Reason).HasMaxLength(AddressProto.MaximumReason);
        builder.Property(s => s.RemoveActorKind).HasConversion<short>();
        builder.Property(s => s.RemoveActorSubject).HasMaxLength(200);
        builder.Property(s => s.RemoveReason).HasMaxLength(AddressProto.MaximumReason);
    }
}
