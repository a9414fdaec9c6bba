using ContactPlatform.Contacts.Contacts;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.LeadScores;

/// <summary>Points that a contact was given: kept for as long as the contact, so that they are never given again.</summary>
public sealed class LeadScoreEntry : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>What the giver calls it.</summary>
    public required string RequestId { get; init; }

    /// <summary>The points.</summary>
    public int Points { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTime EntryTime { get; init; }
}

/// <summary>Maps points.</summary>
public sealed class LeadScoreEntryConfiguration : IEntityTypeConfiguration<LeadScoreEntry>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<LeadScoreEntry> builder)
    {
        builder.ToTable("lead_score_entries").HasKey(e => new { e.AccountId, e.ContactId, e.RequestId });
        builder.Property(e => e.ContactId).ValueGeneratedNever();
        builder.Property(e => e.RequestId).HasMaxLength(64);
        builder.HasOne<Contact>().WithMany().HasForeignKey(e => new { e.AccountId, e.ContactId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_lead_score_entries_contacts");
    }
}
