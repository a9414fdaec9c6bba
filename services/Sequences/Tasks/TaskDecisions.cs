using ContactPlatform.Sequences.ContactStatuses;
using ContactPlatform.Sequences.Sequences;
using ContactPlatform.Sequences.V1;
using ContactPlatform.ServiceDefaults.Errors;

namespace ContactPlatform.Sequences.Tasks;

/// <summary>What may become of tasks, and what that makes of contacts. Pure.</summary>
public static class TaskDecisions
{
    /// <summary>The kind of task that a step makes; unspecified for a mail that is sent by itself.</summary>
    public static TaskKind Kind(Step step) => step.KindCase switch
    {
        Step.KindOneofCase.AutomaticEmail => TaskKind.Unspecified,
        Step.KindOneofCase.ManualEmail => TaskKind.ManualEmail,
        Step.KindOneofCase.Call => TaskKind.Call,
        // There is no transport for text messages: a person sends them.
        Step.KindOneofCase.Sms => TaskKind.Sms,
        _ => TaskKind.Other,
    };

    /// <summary>Decides whether something may be done with a task; null: it may.</summary>
    /// <param name="row">The task.</param>
    /// <param name="action">What is done, for people.</param>
    public static Refusal? Open(TaskRow row, string action) => row.State == TaskState.Open ? null
        : new Refusal(SequencesReasons.TaskClosed, $"task {row.TaskId} is {Name(row.State)}, so it cannot be done: {action}").From(Name(row.State), action, "OPEN").With("task_id", row.TaskId);

    /// <summary>The refusal when there is no such task.</summary>
    public static Refusal NotFound(long taskId) => new Refusal(SequencesReasons.TaskNotFound, $"there is no task {taskId}").With("task_id", taskId);

    /// <summary>A contact for whom a call is to be made. Who was called stays so until somebody removes it.</summary>
    public static ContactStatusRow CallReached(ContactStatusRow contact) => contact.CallStatus == CallStatus.Called ? contact : contact with { CallStatus = CallStatus.ToCall };

    /// <summary>A contact when a task for it is closed.</summary>
    /// <param name="contact">The contact.</param>
    /// <param name="kind">What was to be done.</param>
    /// <param name="state">What became of it.</param>
    /// <param name="otherCalls">Whether another open call waits for the contact.</param>
    public static ContactStatusRow Closed(ContactStatusRow contact, TaskKind kind, TaskState state, bool otherCalls) => (kind, state) switch
    {
        (TaskKind.Call, TaskState.Completed) => contact with { CallStatus = CallStatus.Called },
        (TaskKind.Call, TaskState.Skipped) when contact.CallStatus == CallStatus.ToCall && !otherCalls => contact with { CallStatus = CallStatus.Unspecified },
        _ => contact,
    };

    private static string Name(TaskState state) => SequenceProto.Name(TaskReflection.Descriptor, nameof(TaskState), (int)state, "TASK_STATE_");
}
