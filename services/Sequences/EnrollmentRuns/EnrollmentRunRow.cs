using ContactPlatform.Contacts.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;
using ContactPlatform.ServiceDefaults.Filters;
using ContactPlatform.ServiceDefaults.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ContactPlatform.Sequences.EnrollmentRuns;

/// <summary>What a run is about, beside its run of the same id, whose subject is the sequence.</summary>
public sealed class EnrollmentRunRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>The segment; 0 for another set.</summary>
    public long SegmentId { get; init; }

    /// <summary>The static list; 0 for another set.</summary>
    public long ContactListId { get; init; }

    /// <summary>The filter; empty for another set.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The contacts.</summary>
    public ContactSet Contacts => SegmentId > 0 ? new() { SegmentId = SegmentId } : ContactListId > 0 ? new() { ContactListId = ContactListId } : new() { Filter = Filter };

    /// <summary>Shows the run.</summary>
    public EnrollmentRun ToProto(RunRow run)
    {
        var shown = new EnrollmentRun { EnrollmentRunId = RunId, SequenceId = run.SubjectId, Run = run.ToProto() };
        if (SegmentId > 0)
        {
            shown.SegmentId = SegmentId;
        }
        else if (ContactListId > 0)
        {
            shown.ContactListId = ContactListId;
        }
        else
        {
            shown.Filter = Filter;
        }
        return shown;
    }
}

/// <summary>A contact that a run has to deal with. Removed when the run has ended.</summary>
public sealed class EnrollmentRunTargetRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The run.</summary>
    public long RunId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }
}

internal sealed class EnrollmentRunConfiguration : IEntityTypeConfiguration<EnrollmentRunRow>
{
    public void Configure(EntityTypeBuilder<EnrollmentRunRow> builder)
    {
        builder.ToTable("enrollment_runs").HasKey(r => new { r.AccountId, r.RunId });
        builder.Property(r => r.RunId).ValueGeneratedNever();
        builder.Property(r => r.Filter).HasMaxLength(FilterLength.Maximum);
        builder.Ignore(r => r.Contacts);
    }
}

internal sealed class EnrollmentRunTargetConfiguration : IEntityTypeConfiguration<EnrollmentRunTargetRow>
{
    public void Configure(EntityTypeBuilder<EnrollmentRunTargetRow> builder)
    {
        builder.ToTable("enrollment_run_targets").HasKey(t => new { t.AccountId, t.RunId, t.ContactId });
        builder.Property(t => t.RunId).ValueGeneratedNever();
        builder.Property(t => t.ContactId).ValueGeneratedNever();
    }
}
