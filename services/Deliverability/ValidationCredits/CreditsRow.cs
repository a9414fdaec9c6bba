using ContactPlatform.Common.V1;
using ContactPlatform.Deliverability.Addresses;
using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Data;
using Google.Protobuf.WellKnownTypes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.ValidationCredits;

/// <summary>How many credits an account has; what its ledger adds up to.</summary>
public sealed class CreditsRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Credits that can be reserved.</summary>
    public long Available { get; init; }

    /// <summary>Credits that validations have reserved.</summary>
    public long Reserved { get; init; }

    /// <summary>Credits that were charged.</summary>
    public long Charged { get; init; }

    /// <summary>Shows them.</summary>
    public V1.ValidationCredits ToProto() => new() { AvailableCount = Available, ReservedCount = Reserved, ChargedCount = Charged, GrantedCount = Available + Reserved + Charged };
}

/// <summary>One change of an account's credits; never changed itself.</summary>
public sealed class CreditEntryRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The entry.</summary>
    public long EntryId { get; init; }

    /// <summary>What happened.</summary>
    public ValidationCreditEntryKind Kind { get; init; }

    /// <summary>To how many; positive.</summary>
    public long CreditCount { get; init; }

    /// <summary>For which validation; 0 for none.</summary>
    public long RunId { get; init; }

    /// <summary>Why; may be empty.</summary>
    public required string Reason { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTime CreateTime { get; init; }

#pragma warning disable CS1591 // Who did it: see contactplatform/common/v1/actor.proto.
    public ActorKind ActorKind { get; init; }
    public required string ActorSubject { get; init; }
    public required string ActorName { get; init; }
#pragma warning restore CS1591

    /// <summary>Shows it.</summary>
    public ValidationCreditEntry ToProto() => new()
    {
        ValidationCreditEntryId = EntryId,
        Kind = Kind,
        CreditCount = CreditCount,
        AddressValidationId = RunId,
        Reason = Reason,
        Actor = AddressProto.Actor(ActorKind, ActorSubject, ActorName),
        CreateTime = Timestamp.FromDateTime(CreateTime),
    };
}

internal sealed class CreditsConfiguration : IEntityTypeConfiguration<CreditsRow>, IEntityTypeConfiguration<CreditEntryRow>
{
    public void Configure(EntityTypeBuilder<CreditsRow> builder)
    {
        builder.ToTable("validation_credits").HasKey(c => c.AccountId);
        builder.Property(c => c.AccountId).ValueGeneratedNever();
    }

    public void Configure(EntityTypeBuilder<CreditEntryRow> builder)
    {
        builder.ToTable("validation_credit_entries").HasKey(e => new { e.AccountId, e.EntryId });
        builder.Property(e => e.EntryId).ValueGeneratedNever();
        builder.Property(e => e.Kind).HasConversion<short>();
        builder.Property(e => e.Reason).HasMaxLength(CreditEndpoint.MaximumReason);
        builder.Property(e => e.ActorKind).HasConversion<short>();
        builder.Property(e => e.ActorSubject).HasMaxLength(200);
        builder.Property(e => e.ActorName).HasMaxLength(200);
    }
}
