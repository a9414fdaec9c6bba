using ContactPlatform.Common.V1;
using ContactPlatform.Contacts.Erasures;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Consent;

/// <summary>
/// An email or phone that was unsubscribed, whether or not a contact has it: the same keyed hash as that of an erased
/// one, so it outlives its contact, an erasure included, without saying anything about anybody.
/// </summary>
public sealed class Suppression : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Hash of the account and the address by <see cref="ErasureKeys"/>; 64 hexadecimal digits.</summary>
    public required string AddressHash { get; init; }

    /// <summary>Which of <see cref="ErasureKeys"/> made the hash.</summary>
    public required string KeyId { get; init; }

    /// <summary>When it was unsubscribed, UTC.</summary>
    public DateTime SuppressTime { get; set; }

    /// <summary>Kind of who unsubscribed it.</summary>
    public ActorKind SuppressActorKind { get; set; }

    /// <summary>Who unsubscribed it.</summary>
    public required string SuppressActorSubject { get; set; }

    /// <summary>The import that did; 0 for none.</summary>
    public long ImportId { get; set; }

    /// <summary>When a contact that has it was subscribed again, UTC; null while it is unsubscribed.</summary>
    public DateTime? LiftTime { get; set; }

    /// <summary>Kind of who subscribed it again; 0 for nobody.</summary>
    public ActorKind LiftActorKind { get; set; }

    /// <summary>Who subscribed it again; empty for nobody.</summary>
    public string LiftActorSubject { get; set; } = "";
}

/// <summary>Maps unsubscribed addresses.</summary>
public sealed class SuppressionConfiguration : IEntityTypeConfiguration<Suppression>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<Suppression> builder)
    {
        builder.ToTable("suppressions").HasKey(s => new { s.AccountId, s.AddressHash });
        builder.Property(s => s.AddressHash).HasMaxLength(64).IsUnicode(false);
        builder.Property(s => s.KeyId).HasMaxLength(ErasureKeys.MaximumId);
        builder.Property(s => s.SuppressActorKind).HasConversion<short>();
        builder.Property(s => s.SuppressActorSubject).HasMaxLength(200);
        builder.Property(s => s.LiftActorKind).HasConversion<short>();
        builder.Property(s => s.LiftActorSubject).HasMaxLength(200);
    }
}
