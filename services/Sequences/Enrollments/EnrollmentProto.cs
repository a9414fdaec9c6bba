using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.Enrollments;

/// <summary>Reads and writes enrollment.proto.</summary>
public static class EnrollmentProto
{
    /// <summary>Shows how an enrolment stands.</summary>
    public static EnrollmentStanding ToProto(this Standing standing) => new()
    {
        Status = standing.Status,
        FinishReason = standing.FinishReason,
        Bounced = standing.Has(EnrollmentFlags.Bounced),
        RepliedByEmail = standing.Has(EnrollmentFlags.RepliedByEmail),
        RepliedBySms = standing.Has(EnrollmentFlags.RepliedBySms),
        AutoReplied = standing.Has(EnrollmentFlags.AutoReplied),
        Contacted = standing.Has(EnrollmentFlags.Contacted),
        Opened = standing.Has(EnrollmentFlags.Opened),
        Clicked = standing.Has(EnrollmentFlags.Clicked),
        Ended = standing.Ended,
    };

    /// <summary>Shows an enrolment.</summary>
    public static Enrollment ToProto(this EnrollmentRow row) => new()
    {
        EnrollmentId = row.EnrollmentId,
        SequenceId = row.SequenceId,
        ContactId = row.ContactId,
        Standing = row.Standing.ToProto(),
        LastStepId = row.LastStepId,
        DueTime = row.DueTime is { } due ? Timestamp.FromDateTime(due) : null,
        ResumeTime = row.ResumeTime is { } resume ? Timestamp.FromDateTime(resume) : null,
        EnrollTime = Timestamp.FromDateTime(row.EnrollTime),
        ChangeTime = Timestamp.FromDateTime(row.ChangeTime),
        Version = row.Version,
    };

    /// <summary>Shows an entry of a history.</summary>
    public static EnrollmentChange ToProto(this EnrollmentChangeRow row) => new()
    {
        EnrollmentId = row.EnrollmentId,
        Version = row.Version,
        ChangeTime = Timestamp.FromDateTime(row.ChangeTime),
        Actor = new() { Kind = row.ActorKind, Subject = row.ActorSubject, DisplayName = row.ActorName },
        From = row.Version == 1 ? null : row.From.ToProto(),
        To = row.To.ToProto(),
        Cause = row.Cause,
    };

    /// <summary>Reads the ids of a batch, in ascending order and each once.</summary>
    /// <exception cref="RefusalException">LIMIT_EXCEEDED: more than 1,000.</exception>
    public static long[] ContactIds(this Violations violations, RepeatedField<long> values)
    {
        Violations.Limit(values.Count, EnrollmentWork.Size, "contact_ids");
        violations.Check(values.Count > 0, "contact_ids", $"is empty; 1 to {EnrollmentWork.Size} ids are expected");
        for (var i = 0; i < values.Count; i++)
        {
            violations.Id(values[i], $"contact_ids[{i}]");
        }
        return [.. values.Distinct().Order()];
    }
}
