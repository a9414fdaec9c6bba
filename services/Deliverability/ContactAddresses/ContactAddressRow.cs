using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.ContactAddresses;

/// <summary>Which address a contact has, as far as Contacts' changes have been applied.</summary>
public sealed class ContactAddressRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Its address; null when it has no email, or is deleted.</summary>
    public long? AddressId { get; init; }

    /// <summary>Counts the addresses that it had; see <see cref="Revision"/>.</summary>
    public long LinkVersion { get; init; }

    /// <summary>When it was deleted, UTC; null while it exists. The row stays, so that nobody who asked for it earlier brings it back.</summary>
    public DateTime? DeleteTime { get; init; }

    /// <summary>
    /// What orders the states of a contact that others are told: first by the address that it has, then by that address's
    /// version. Needed because the feed's order is that in which transactions began to write, and one that waited for a
    /// lock began before the one that it waited for.
    /// </summary>
    public static long Revision(long linkVersion, long addressVersion) => (linkVersion << 32) + addressVersion;
}

/// <summary>An address that a contact had before: forgotten with the contact when it is erased.</summary>
public sealed class FormerAddressRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact; the one that stays where it was merged.</summary>
    public long ContactId { get; init; }

    /// <summary>The address.</summary>
    public long AddressId { get; init; }
}

internal sealed class ContactAddressConfiguration : IEntityTypeConfiguration<ContactAddressRow>
{
    public void Configure(EntityTypeBuilder<ContactAddressRow> builder)
    {
        builder.ToTable("contact_addresses").HasKey(c => new { c.AccountId, c.ContactId });
        builder.Property(c => c.ContactId).ValueGeneratedNever();
        builder.HasIndex(c => new { c.AccountId, c.AddressId, c.ContactId });
    }
}

internal sealed class FormerAddressConfiguration : IEntityTypeConfiguration<FormerAddressRow>
{
    public void Configure(EntityTypeBuilder<FormerAddressRow> builder)
    {
        builder.ToTable("former_addresses").HasKey(f => new { f.AccountId, f.ContactId, f.AddressId });
        builder.Property(f => f.ContactId).ValueGeneratedNever();
        builder.Property(f => f.AddressId).ValueGeneratedNever();
    }
}
