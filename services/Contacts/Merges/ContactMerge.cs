using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Merges;

/// <summary>Says into whom a contact was merged. Holds none of its data.</summary>
public sealed class ContactMerge : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact that is gone.</summary>
    public long MergedContactId { get; init; }

    /// <summary>The contact that stands for it now: where the survivor was merged itself, the one that survived that.</summary>
    public long SurvivorContactId { get; set; }

    /// <summary>When it was merged, UTC.</summary>
    public DateTime MergeTime { get; init; }

    /// <summary>Kind of who merged it.</summary>
    public ActorKind ActorKind { get; init; }

    /// <summary>Who merged it.</summary>
    public required string ActorSubject { get; init; }
}

/// <summary>Maps merges. They go with the survivor, whose history they are.</summary>
public sealed class ContactMergeConfiguration : IEntityTypeConfiguration<ContactMerge>
{
    /// <inheritdoc/>
    public void Configure(EntityTypeBuilder<ContactMerge> builder)
    {
        builder.ToTable("contact_merges").HasKey(m => new { m.AccountId, m.MergedContactId });
        builder.Property(m => m.MergedContactId).ValueGeneratedNever();
        builder.Property(m => m.ActorKind).HasConversion<short>();
        builder.Property(m => m.ActorSubject).HasMaxLength(200);
        builder.HasIndex(m => new { m.AccountId, m.SurvivorContactId }).HasDatabaseName("ix_contact_merges_survivor");
    }
}
