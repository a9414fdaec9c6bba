using ContactPlatform.Deliverability.Smtp;
using ContactPlatform.Deliverability.Transmissions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Deliverability.Messages;

/// <summary>Maps messages.</summary>
internal sealed class MessageConfiguration : IEntityTypeConfiguration<MessageRow>
{
    public void Configure(EntityTypeBuilder<MessageRow> builder)
    {
        builder.ToTable("messages").HasKey(m => new { m.AccountId, m.MessageId });
        // Reserved and settled, each row is written twice, and what changes stands in no index: with room in its page it stays there, and the indexes as they are.
        builder.HasStorageParameter("fillfactor", 50);
        builder.Property(m => m.MessageId).ValueGeneratedNever();
        builder.Property(m => m.Domain).HasMaxLength(MessageRow.MaximumDomain);
        builder.Property(m => m.DisplayName).HasMaxLength(MessageRow.MaximumName);
        builder.Property(m => m.State).HasConversion<short>();
        builder.Property(m => m.EnhancedCode).HasMaxLength(9);
        builder.Property(m => m.Diagnostic).HasMaxLength(SmtpReply.MaximumText);
        builder.Property(m => m.RefusalReason).HasMaxLength(60);
        builder.HasOne<TransmissionRow>().WithMany().HasForeignKey(m => new { m.AccountId, m.TransmissionId }).OnDelete(DeleteBehavior.Cascade).HasConstraintName("fk_messages_transmissions");
        builder.HasIndex(m => new { m.AccountId, m.TransmissionId, m.MessageId }).HasDatabaseName("ix_messages_transmission");
        builder.HasIndex(m => new { m.AccountId, m.AddressId }).HasDatabaseName("ix_messages_address");
        // What an erased contact was sent, whatever its address was then.
        builder.HasIndex(m => new { m.AccountId, m.ContactId }).HasFilter("contact_id <> 0").HasDatabaseName("ix_messages_contact");
    }
}
