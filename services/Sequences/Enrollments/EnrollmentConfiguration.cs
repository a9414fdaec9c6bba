using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.Enrollments;

internal sealed class EnrollmentConfiguration : IEntityTypeConfiguration<EnrollmentRow>
{
    public void Configure(EntityTypeBuilder<EnrollmentRow> builder)
    {
        builder.ToTable("enrollments").HasKey(e => new { e.AccountId, e.EnrollmentId });
        builder.Property(e => e.EnrollmentId).ValueGeneratedNever();
        builder.Property(e => e.Status).HasConversion<short>();
        builder.Property(e => e.FinishReason).HasConversion<short>();
        builder.Property(e => e.Flags).HasConversion<short>();
        builder.Ignore(e => e.Standing);
        // A contact is in a sequence once at a time; this also finds all sequences that a contact is in.
        builder.HasIndex(e => new { e.AccountId, e.ContactId, e.SequenceId }).IsUnique().HasFilter("end_time IS NULL");
        builder.HasIndex(e => new { e.AccountId, e.SequenceId, e.EnrollmentId });
        // What is due, of all accounts: those that wait for nothing are not in it.
        builder.HasIndex(e => e.DueTime).HasFilter("due_time IS NOT NULL");
        // Who comes back when, likewise.
        builder.HasIndex(e => e.ResumeTime).HasFilter("resume_time IS NOT NULL");
        // A reservation changes no index; room on the page makes it cheap.
        builder.HasStorageParameter("fillfactor", 80);
    }
}

internal sealed class EnrollmentChangeConfiguration : IEntityTypeConfiguration<EnrollmentChangeRow>
{
    public void Configure(EntityTypeBuilder<EnrollmentChangeRow> builder)
    {
        builder.ToTable("enrollment_changes").HasKey(c => new { c.AccountId, c.EnrollmentId, c.Version });
        builder.Property(c => c.EnrollmentId).ValueGeneratedNever();
        builder.Property(c => c.Version).ValueGeneratedNever();
        builder.Property(c => c.ActorKind).HasConversion<short>();
        builder.Property(c => c.ActorSubject).HasMaxLength(200);
        builder.Property(c => c.ActorName).HasMaxLength(200);
        builder.Property(c => c.Cause).HasConversion<short>();
        builder.Property(c => c.FromStatus).HasConversion<short>();
        builder.Property(c => c.FromFinishReason).HasConversion<short>();
        builder.Property(c => c.FromFlags).HasConversion<short>();
        builder.Property(c => c.ToStatus).HasConversion<short>();
        builder.Property(c => c.ToFinishReason).HasConversion<short>();
        builder.Property(c => c.ToFlags).HasConversion<short>();
        builder.Ignore(c => c.From).Ignore(c => c.To);
    }
}

internal sealed class EnrollAnswerConfiguration : IEntityTypeConfiguration<EnrollAnswerRow>
{
    public void Configure(EntityTypeBuilder<EnrollAnswerRow> builder)
    {
        builder.ToTable("enroll_answers").HasKey(a => new { a.AccountId, a.AnswerId });
        builder.Property(a => a.AnswerId).ValueGeneratedNever();
        builder.HasIndex(a => new { a.AccountId, a.CreateTime });
    }
}
