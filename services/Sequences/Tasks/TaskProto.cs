using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Paging;
using Google.Protobuf.WellKnownTypes;

namespace ContactPlatform.Sequences.Tasks;

/// <summary>Writes task.proto.</summary>
public static class TaskProto
{
    /// <summary>Shows a task.</summary>
    public static SequenceTask ToProto(this TaskRow row) => new()
    {
        TaskId = row.TaskId,
        EnrollmentId = row.EnrollmentId,
        SequenceId = row.SequenceId,
        ContactId = row.ContactId,
        StepId = row.StepId,
        Kind = row.Kind,
        State = row.State,
        AssigneeSubject = row.AssigneeSubject,
        CreateTime = Timestamp.FromDateTime(row.CreateTime),
        SnoozeTime = row.SnoozeTime is { } snoozed ? Timestamp.FromDateTime(snoozed) : null,
        EndTime = row.EndTime is { } ended ? Timestamp.FromDateTime(ended) : null,
        CallOutcome = row.CallOutcome,
        Etag = Etag.Of(row.Version),
    };
}
