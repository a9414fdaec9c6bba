using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Erasures;

/// <summary>
/// What is left of an erased email or phone: a hash that says nothing to whoever lacks the key, and differs from account
/// to account.
/// </summary>
public sealed class Tombstone : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>HMAC-SHA-256 of the account, the kind of address and the address; 64 hexadecimal digits.</summary>
    public required string AddressHash { get; init; }

    /// <summary>Which of <see cref="ErasureKeys"/> made the hash.</summary>
    public required string KeyId { get; init; }

    /// <summary>The erased contact; its id names nobody any more.</summary>
    public long ContactId { get; set; }

    /// <summary>When it was erased, UTC.</summary>
    public DateTime EraseTime { get; set; }

    /// <summary>Kind of who erased it.</summary>
    public ActorKind EraseActorKind { get; set; }

    /// <summary>Who erased it.</summary>
    public required string EraseActorSubject { get; set; }

    /// <summary>When the address was let in again, UTC; null while it is refused.</summary>
    public DateTime? ReadmitTime { get; set; }

    /// <summary>Kind of who let it in; 0 for nobody.</summary>
    public ActorKind ReadmitActorKind { get; set; }

    /// <summary>Who let it in; empty for nobody.</summary>
    public string ReadmitActorSubject { get; set; } = "";
}

/// <summary>Maps erased addresses.</summary>
public sealed class TombstoneConfiguration : IEntityTypeConfiguration<Tombstone>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<Tombstone> builder)
    {
        builder.ToTable("tombstones").HasKey(t => new { t.AccountId, t.AddressHash });
        builder.Property(t => t.AddressHash).HasMaxLength(64).IsUnicode(false);
        builder.Property(t => t.KeyId).HasMaxLength(ErasureKeys.MaximumId);
        builder.Property(t => t.EraseActorKind).HasConversion<short>();
        builder.Property(t => t.EraseActorSubject).HasMaxLength(200);
        builder.Property(t => t.ReadmitActorKind).HasConversion<short>();
        builder.Property(t => t.ReadmitActorSubject).HasMaxLength(200);
    }
}
