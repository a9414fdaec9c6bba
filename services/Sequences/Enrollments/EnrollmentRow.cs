using ContactPlatform.Common.V1;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Data;

namespace ContactPlatform.Sequences.Enrollments;

/// <summary>What an enrolment is besides its main status; any of them can hold at once.</summary>
[Flags]
public enum EnrollmentFlags
{
    /// <summary>None of them.</summary>
    None = 0,

    /// <summary>A mail came back: nothing is sent.</summary>
    Bounced = 1,

    /// <summary>A person replied by mail.</summary>
    RepliedByEmail = 2,

    /// <summary>A person replied by text message.</summary>
    RepliedBySms = 4,

    /// <summary>A machine replied.</summary>
    AutoReplied = 8,

    /// <summary>A mail was taken by a mail server.</summary>
    Contacted = 16,

    /// <summary>A mail was opened.</summary>
    Opened = 32,

    /// <summary>A link was followed.</summary>
    Clicked = 64,

    /// <summary>A mail came back for good, as its events say: the contact's address is bad. Never set by hand, and cleared with <see cref="Bounced"/>.</summary>
    HardBounced = 128,

    /// <summary>
    /// A person replied when the enrolment was finished already: the contact has responded, and else nothing changes, so nobody is shown
    /// it and replies are tracked again if the enrolment goes on.
    /// </summary>
    RepliedLate = 256,
}

/// <summary>How an enrolment stands; what history tells.</summary>
/// <param name="Status">The main status.</param>
/// <param name="FinishReason">Why it is finished; unspecified when it is not.</param>
/// <param name="Flags">What else holds.</param>
/// <param name="Ended">Whether it has left the sequence.</param>
public readonly record struct Standing(EnrollmentStatus Status, FinishReason FinishReason = FinishReason.Unspecified, EnrollmentFlags Flags = EnrollmentFlags.None, bool Ended = false)
{
    /// <summary>Whether steps are done for it.</summary>
    public bool Runs => Status == EnrollmentStatus.Active && !Has(EnrollmentFlags.Bounced) && !Ended;

    /// <summary>Whether any of some flags holds.</summary>
    public bool Has(EnrollmentFlags flags) => (Flags & flags) != 0;

    /// <summary>The same with another main status.</summary>
    public Standing To(EnrollmentStatus status, FinishReason reason = FinishReason.Unspecified) => this with { Status = status, FinishReason = reason };
}

/// <summary>A contact in a sequence: the projection of its history, and its place.</summary>
public sealed record EnrollmentRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>The enrolment.</summary>
    public long EnrollmentId { get; init; }

    /// <summary>The sequence.</summary>
    public long SequenceId { get; init; }

    /// <summary>The contact.</summary>
    public long ContactId { get; init; }

    /// <summary>The main status.</summary>
    public EnrollmentStatus Status { get; init; }

    /// <summary>Why it is finished.</summary>
    public FinishReason FinishReason { get; init; }

    /// <summary>What else holds.</summary>
    public EnrollmentFlags Flags { get; init; }

    /// <summary>When it left the sequence, UTC; null while it is in it. It stays for its history.</summary>
    public DateTime? EndTime { get; init; }

    /// <summary>The last step that was done; 0 for none.</summary>
    public long LastStepId { get; init; }

    /// <summary>When the next step is due, UTC; null while none is done for it.</summary>
    public DateTime? DueTime { get; init; }

    /// <summary>How long the next step was still to wait when it stopped: it waits as long when it goes on. Null where the step's own delay begins anew.</summary>
    public long? WaitSeconds { get; init; }

    /// <summary>
    /// The reservation that it was in last; 0 for none. Until that is sent, no other step is due. See <see cref="Engine.DispatchRow"/>.
    /// </summary>
    public long DispatchId { get; init; }

    /// <summary>Until when out of office holds, UTC; null until somebody resumes.</summary>
    public DateTime? ResumeTime { get; init; }

    /// <summary>When it entered the sequence, UTC.</summary>
    public DateTime EnrollTime { get; init; }

    /// <summary>Time of the last entry of its history, UTC.</summary>
    public DateTime ChangeTime { get; init; }

    /// <summary>Number of entries in its history.</summary>
    public long Version { get; init; }

    /// <summary>How it stands.</summary>
    public Standing Standing => new(Status, FinishReason, Flags, EndTime is not null);

    /// <summary>The row after a change. What stops keeps what was left of its wait, and goes on with that.</summary>
    /// <param name="to">How it stands then.</param>
    /// <param name="now">The time.</param>
    /// <param name="delay">Delay of the next step; null where none remains.</param>
    public EnrollmentRow After(Standing to, DateTime now, TimeSpan? delay)
    {
        // Never before the entry that it follows, whatever the clocks of two machines say.
        var time = now > ChangeTime ? now : ChangeTime;
        var (due, wait) = (DueTime, WaitSeconds);
        if (to.Runs && !Standing.Runs)
        {
            (due, wait) = (time + (wait is { } left ? TimeSpan.FromSeconds(left) : delay ?? TimeSpan.Zero), null);
        }
        else if (!to.Runs && Standing.Runs)
        {
            (due, wait) = (null, due is { } at ? Math.Max(0, (long)Math.Ceiling((at - time).TotalSeconds)) : wait);
        }
        return this with
        {
            Status = to.Status,
            FinishReason = to.FinishReason,
            Flags = to.Flags,
            EndTime = to.Ended ? EndTime ?? time : null,
            DueTime = due,
            WaitSeconds = wait,
            ResumeTime = to.Status == EnrollmentStatus.OutOfOffice && !to.Ended ? ResumeTime : null,
            ChangeTime = time,
            Version = Version + 1,
        };
    }

    /// <summary>The row at another place, and as it stands: that is no entry of its history.</summary>
    /// <param name="lastStepId">The last step that was done.</param>
    /// <param name="due">When the next one is due; null where something else is waited for.</param>
    public EnrollmentRow At(long lastStepId, DateTime? due) => this with { LastStepId = lastStepId, DueTime = due, WaitSeconds = null, DispatchId = 0 };
}

/// <summary>
/// One entry of an enrolment's history, which is the source of how it stands. Versions are 1, 2, 3, … and part of the key,
/// so that two changes made from the same state cannot both be stored.
/// </summary>
public sealed class EnrollmentChangeRow : IAccountOwned
{
#pragma warning disable CS1591 // Documented in contactplatform/sequences/v1/enrollment.proto, message EnrollmentChange.
    public long AccountId { get; init; }
    public long EnrollmentId { get; init; }
    public long Version { get; init; }
    public DateTime ChangeTime { get; init; }
    public ActorKind ActorKind { get; init; }
    public required string ActorSubject { get; init; }
    public required string ActorName { get; init; }
    public EnrollmentChangeCause Cause { get; init; }
    /// <summary>Unspecified in the first entry: there was nothing before.</summary>
    public EnrollmentStatus FromStatus { get; init; }
    public FinishReason FromFinishReason { get; init; }
    public EnrollmentFlags FromFlags { get; init; }
    public bool FromEnded { get; init; }
    public EnrollmentStatus ToStatus { get; init; }
    public FinishReason ToFinishReason { get; init; }
    public EnrollmentFlags ToFlags { get; init; }
    public bool ToEnded { get; init; }
#pragma warning restore CS1591

    /// <summary>What was before.</summary>
    public Standing From => new(FromStatus, FromFinishReason, FromFlags, FromEnded);

    /// <summary>What was after.</summary>
    public Standing To => new(ToStatus, ToFinishReason, ToFlags, ToEnded);
}

/// <summary>What was answered to a request that enrolled contacts, for whoever sends it again within 7 days.</summary>
public sealed class EnrollAnswerRow : IAccountOwned
{
    /// <summary>The account.</summary>
    public long AccountId { get; init; }

    /// <summary>What the request_id remembers.</summary>
    public long AnswerId { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTime CreateTime { get; init; }

    /// <summary>An EnrollContactsResponse.</summary>
    public required byte[] Answer { get; init; }
}
