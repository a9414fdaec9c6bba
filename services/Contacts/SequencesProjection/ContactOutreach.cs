using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Contacts.SequencesProjection;

/// <summary>Where a contact is in its outreach, over all sequences, as far as Sequences' changes have been applied.</summary>
public abstract class ContactOutreachColumns : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>Sequences' count of the contact's changes: what is stored is the highest that was heard of, in whatever order they came.</summary>
    public long Version { get; init; }

    /// <summary>The engagement status.</summary>
    public EngagementStatus Engagement { get; init; }

    /// <summary>When that last changed, UTC; null while it never did.</summary>
    public DateTime? EngagementTime { get; init; }

    /// <summary>When a step was first processed for it, UTC; null means never contacted.</summary>
    public DateTime? FirstWorkingTime { get; init; }

    /// <summary>Whether it has opted out of all sequences.</summary>
    public bool OptedOut { get; init; }

    /// <summary>Whether it is to be called, or was; null for neither.</summary>
    public CallStatus? CallStatus { get; init; }
}

/// <summary>The projection that is read. A contact of which Sequences never told has no row: it is Open. Goes with its contact.</summary>
public sealed class ContactOutreach : ContactOutreachColumns;

/// <summary>The projection that is being rebuilt, beside the other; empty otherwise. It may name contacts that are deleted.</summary>
public sealed class RebuiltContactOutreach : ContactOutreachColumns;

/// <summary>A contact in a sequence: of several enrolments the last.</summary>
public abstract class ContactEnrollmentColumns : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>The sequence.</summary>
    public long SequenceId { get; init; }

    /// <summary>The enrolment; later ones have higher numbers.</summary>
    public long EnrollmentId { get; init; }

    /// <summary>Sequences' count of the enrolment's changes.</summary>
    public long Version { get; init; }

    /// <summary>The main status.</summary>
    public EnrollmentStatus Status { get; init; }

    /// <summary>All words that hold, as <see cref="SequenceWords"/> numbers them; 0 when it has left the sequence.</summary>
    public int Words { get; init; }
}

/// <summary>The projection that is read. Goes with its contact.</summary>
public sealed class ContactEnrollment : ContactEnrollmentColumns;

/// <summary>The projection that is being rebuilt, beside the other; empty otherwise.</summary>
public sealed class RebuiltContactEnrollment : ContactEnrollmentColumns;
