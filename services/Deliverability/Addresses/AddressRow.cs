using ContactPlatform.Deliverability.V1;
using ContactPlatform.ServiceDefaults.Addresses;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.Addresses;

/// <summary>
/// An email address of an account and all that happened to it, whether or not a contact has it. What is known of an address
/// outlives its contacts, so adding a contact anew frees nothing. Of an erased person's address a keyed hash stays in its place.
/// </summary>
public sealed class AddressRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>Names the address for good, also after it was erased.</summary>
    public long AddressId { get; init; }

    /// <summary>In normal form (<see cref="EmailAddress"/>); 64 hexadecimal digits once it is erased.</summary>
    public required string Address { get; init; }

    /// <summary>Which of <see cref="ErasureKeys"/> made the hash; null while the address is there to read.</summary>
    public string? KeyId { get; init; }

    /// <summary>The status that others were last told; the one that is shown can have expired since.</summary>
    public DeliverabilityStatus Status { get; init; }

    /// <summary>Counts the changes of this row.</summary>
    public long Version { get; init; }

#pragma warning disable CS1591 // Each is the fact of its name: see FactKind.
    public DateTime? ComplaintTime { get; init; }
    public DateTime? NotSpamTime { get; init; }
    public DateTime? UnsubscribedTime { get; init; }
    public DateTime? ResubscribedTime { get; init; }
    public DateTime? ContactUnsubscribedTime { get; init; }
    public DateTime? ContactResubscribedTime { get; init; }
    public DateTime? SuppressedTime { get; init; }
    public DateTime? SuppressionRemovedTime { get; init; }
    public DateTime? DoesNotExistTime { get; init; }
    public DateTime? DoesNotExistClearedTime { get; init; }
    public DateTime? MailboxFullTime { get; init; }
    public DateTime? UnavailableTime { get; init; }
    public DateTime? DeliveredTime { get; init; }
    public DateTime? LastSentTime { get; init; }
    public DateTime? LastOpenedTime { get; init; }
    public DateTime? LastClickedTime { get; init; }
    public DateTime? MachineOpenedTime { get; init; }
    public DateTime? MachineClickedTime { get; init; }
    public DateTime? FirstDeliveredTime { get; init; }
#pragma warning restore CS1591

    /// <summary>All facts.</summary>
    public AddressFacts Facts => AddressFacts.Of(
    [
        ComplaintTime, NotSpamTime, UnsubscribedTime, ResubscribedTime, ContactUnsubscribedTime, ContactResubscribedTime,
        SuppressedTime, SuppressionRemovedTime, DoesNotExistTime, DoesNotExistClearedTime, MailboxFullTime, UnavailableTime,
        DeliveredTime, LastSentTime, LastOpenedTime, LastClickedTime, MachineOpenedTime, MachineClickedTime, FirstDeliveredTime,
    ]);
}

internal sealed class AddressConfiguration : IEntityTypeConfiguration<AddressRow>
{
    public void Configure(EntityTypeBuilder<AddressRow> builder)
    {
        builder.ToTable("addresses").HasKey(a => new { a.AccountId, a.AddressId });
        // Facts are written over and over, and all but one stand in no index: with room in its page a row stays there, and the indexes as they are.
        builder.HasStorageParameter("fillfactor", 60);
        builder.Property(a => a.AddressId).ValueGeneratedNever();
        builder.Property(a => a.Address).HasMaxLength(EmailAddress.MaximumLength);
        builder.Property(a => a.KeyId).HasMaxLength(ErasureKeys.MaximumId);
        builder.Property(a => a.Status).HasConversion<short>();
        builder.Ignore(a => a.Facts);
        builder.HasIndex(a => new { a.AccountId, a.Address }).IsUnique();
        // Those whose trouble passes by itself, over all accounts: what is to be looked at again.
        builder.HasIndex(a => new { a.UnavailableTime }).HasFilter("status = 3");
        // Most accounts have no erased address.
        builder.HasIndex(a => new { a.AccountId, a.KeyId }).HasFilter("key_id IS NOT NULL");
    }
}
