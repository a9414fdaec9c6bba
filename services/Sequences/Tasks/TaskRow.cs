using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.Tasks;

/// <summary>Something that a person is to do for an enrolment, which waits for it.</summary>
public sealed class TaskRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The task.</summary>
    public long TaskId { get; init; }

    /// <summary>The enrolment.</summary>
    public long EnrollmentId { get; init; }

    /// <summary>The sequence.</summary>
    public long SequenceId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>The step.</summary>
    public long StepId { get; init; }

    /// <summary>What is done.</summary>
    public TaskKind Kind { get; init; }

    /// <summary>How far it is.</summary>
    public TaskState State { get; set; } = TaskState.Open;

    /// <summary>Subject of who is to do it.</summary>
    public required string AssigneeSubject { get; set; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>Until when it is put off, UTC; null when it is not.</summary>
    public DateTime? SnoozeTime { get; set; }

    /// <summary>When it was closed, UTC; null while it is open.</summary>
    public DateTime? EndTime { get; set; }

    /// <summary>How the call went.</summary>
    public CallOutcome CallOutcome { get; set; }

    /// <summary>Grows with every change; the etag.</summary>
    public long Version { get; set; } = 1;
}

internal sealed class TaskConfiguration : IEntityTypeConfiguration<TaskRow>
{
    public void Configure(EntityTypeBuilder<TaskRow> builder)
    {
        builder.ToTable("tasks").HasKey(t => new { t.AccountId, t.TaskId });
        builder.Property(t => t.TaskId).ValueGeneratedNever();
        builder.Property(t => t.Kind).HasConversion<short>();
        builder.Property(t => t.State).HasConversion<short>();
        builder.Property(t => t.CallOutcome).HasConversion<short>();
        builder.Property(t => t.AssigneeSubject).HasMaxLength(SequenceLimits.Name);
        builder.Property(t => t.Version).IsConcurrencyToken();
        // An enrolment waits for one task at a time.
        builder.HasIndex(t => new { t.AccountId, t.EnrollmentId }).IsUnique().HasFilter("state = 1").HasDatabaseName("ix_tasks_open");
        builder.HasIndex(t => new { t.AccountId, t.AssigneeSubject, t.State, t.TaskId });
        builder.HasIndex(t => new { t.AccountId, t.SequenceId, t.TaskId });
    }
}
