using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Merges;

/// <summary>
/// An address of somebody who was merged into a contact: kept for one purpose, so that erasing the contact erases it too.
/// Plain, because whose it is by now has to be asked when that happens, and its hash is made with the key of that day. Goes
/// with the contact.
/// </summary>
public sealed class MergedAddress : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact that stands for whoever had it.</summary>
    public long ContactId { get; init; }

    /// <summary>Email or phone, in normal form.</summary>
    public required string Address { get; init; }
}

/// <summary>Maps addresses of merged contacts.</summary>
public sealed class MergedAddressConfiguration : IEntityTypeConfiguration<MergedAddress>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<MergedAddress> builder)
    {
        builder.ToTable("merged_addresses").HasKey(m => new { m.AccountId, m.ContactId, m.Address });
        builder.Property(m => m.Address).HasMaxLength(EmailAddress.MaximumLength);
        builder.HasOne<Contact>().WithMany().HasForeignKey(m => new { m.AccountId, m.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_merged_addresses_contacts");
    }
}
