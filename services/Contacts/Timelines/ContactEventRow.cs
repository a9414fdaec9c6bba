using ContactPlatform.Common.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Contacts.Timelines;

/// <summary>What an event of either kind has. Its detail holds names of fields and ids, never a value of a contact.</summary>
public abstract class TimelineRow : IAccountOwned
{
#pragma warning disable CS1591 // Documented in contactplatform/contacts/v1/timeline.proto, message TimelineEvent.
    public long AccountId { get; init; }
    public DateTime EventTime { get; init; }
    public long EventId { get; init; }
    public short Cause { get; init; }
    public ActorKind ActorKind { get; init; }
    public required string ActorSubject { get; init; }
    public required string ActorName { get; init; }
    public long RunId { get; init; }
    /// <summary>A TimelineEvent of which only the event is set, serialised.</summary>
    public required byte[] Detail { get; init; }
#pragma warning restore CS1591
}

/// <summary>Something that happened to one contact.</summary>
public sealed class ContactEventRow : TimelineRow
{
    /// <summary>The contact.</summary>
    public long ContactId { get; init; }
}

/// <summary>
/// The same thing that happened to several contacts of a block of 1,000 ids, as one bit for each: a change of a million
/// contacts costs a thousand rows. A contact that is erased keeps its bit, which says nothing about anybody.
/// </summary>
public sealed class ContactEventBlockRow : TimelineRow
{
    /// <summary>Ids in a block; a multiple of 8.</summary>
    public const int Size = 1000;

    /// <summary>The block: ids from 1,000 times this on.</summary>
    public long BlockId { get; init; }

    /// <summary>One bit for each id of the block, the lowest bit of the first byte being its first.</summary>
    public required byte[] Members { get; init; }
}

internal sealed class ContactEventConfiguration : IEntityTypeConfiguration<ContactEventRow>
{
    public void Configure(EntityTypeBuilder<ContactEventRow> builder)
    {
        // The key is the order in which a timeline is read.
        builder.ToTable("contact_events").HasKey(e => new { e.AccountId, e.ContactId, e.EventTime, e.EventId });
        builder.Property(e => e.ContactId).ValueGeneratedNever();
        ContactEventBlockConfiguration.Common(builder);
    }
}

internal sealed class ContactEventBlockConfiguration : IEntityTypeConfiguration<ContactEventBlockRow>
{
    public void Configure(EntityTypeBuilder<ContactEventBlockRow> builder)
    {
        builder.ToTable("contact_event_blocks").HasKey(e => new { e.AccountId, e.BlockId, e.EventTime, e.EventId });
        builder.Property(e => e.BlockId).ValueGeneratedNever();
        builder.Property(e => e.Members).HasMaxLength(ContactEventBlockRow.Size / 8);
        Common(builder);
    }

    internal static void Common<T>(EntityTypeBuilder<T> builder) where T : TimelineRow
    {
        builder.Property(e => e.EventId).ValueGeneratedNever();
        builder.Property(e => e.ActorKind).HasConversion<short>();
        builder.Property(e => e.ActorSubject).HasMaxLength(200);
        builder.Property(e => e.ActorName).HasMaxLength(200);
    }
}
