using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.ContactStatuses;

/// <summary>
/// What holds of a contact whatever sequence it is in, and what Sequences knows of its record. There is a row for whoever was
/// in a sequence, has opted out, or is inactive or deleted; it holds no personal data, and stays when the contact is gone, so
/// that somebody who enrols it in that moment finds out.
/// </summary>
public sealed class ContactStatusRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Whether it has opted out: in no sequence is anything sent to it, and it enters none.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Whether it is to be called, or was.</summary>
    public CallStatus CallStatus { get; init; }

    /// <summary>Whether its record is inactive, as far as Sequences has heard.</summary>
    public bool RecordInactive { get; init; }

    /// <summary>Whether it is deleted or erased, or merged into another.</summary>
    public bool Deleted { get; init; }

    /// <summary>Grows with every change of what others are told of.</summary>
    public long Version { get; init; }
}

internal sealed class ContactStatusConfiguration : IEntityTypeConfiguration<ContactStatusRow>
{
    public void Configure(EntityTypeBuilder<ContactStatusRow> builder)
    {
        builder.ToTable("contact_statuses").HasKey(s => new { s.AccountId, s.ContactId });
        builder.Property(s => s.ContactId).ValueGeneratedNever();
        builder.Property(s => s.CallStatus).HasConversion<short>();
    }
}
