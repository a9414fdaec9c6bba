using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Sequences;

/// <summary>The reasons of contactplatform.sequences.v1.ErrorReason with the codes they travel under.</summary>
public static class SequencesReasons
{
#pragma warning disable CS1591 // Each is documented in contactplatform/sequences/v1/error_reason.proto.
    public static readonly Reason SequenceNotFound = new("SEQUENCE_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason SequenceStateForbids = new("SEQUENCE_STATE_FORBIDS", StatusCode.FailedPrecondition);
    public static readonly Reason SequenceEmpty = new("SEQUENCE_EMPTY", StatusCode.FailedPrecondition);
    public static readonly Reason NotSequenceOwner = new("NOT_SEQUENCE_OWNER", StatusCode.PermissionDenied);
    public static readonly Reason ContactNotFound = new("CONTACT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason EnrollmentNotFound = new("ENROLLMENT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason AlreadyEnrolled = new("ALREADY_ENROLLED", StatusCode.AlreadyExists);
    public static readonly Reason OptedOut = new("OPTED_OUT", StatusCode.FailedPrecondition);
    public static readonly Reason RecordInactive = new("RECORD_INACTIVE", StatusCode.FailedPrecondition);
    public static readonly Reason NotInSequence = new("NOT_IN_SEQUENCE", StatusCode.FailedPrecondition);
    public static readonly Reason NoSuchTransition = new("NO_SUCH_TRANSITION", StatusCode.FailedPrecondition);
    public static readonly Reason NothingDelivered = new("NOTHING_DELIVERED", StatusCode.FailedPrecondition);
    public static readonly Reason NoStepsLeft = new("NO_STEPS_LEFT", StatusCode.FailedPrecondition);
    public static readonly Reason VariableMissing = new("VARIABLE_MISSING", StatusCode.FailedPrecondition);
    public static readonly Reason BounceNotCleared = new("BOUNCE_NOT_CLEARED", StatusCode.FailedPrecondition);
    public static readonly Reason ContactSetNotFound = new("CONTACT_SET_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ReplyNotFound = new("REPLY_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ReplyMailInvalid = new("REPLY_MAIL_INVALID", StatusCode.InvalidArgument);
    public static readonly Reason ReplyWebhookNotFound = new("REPLY_WEBHOOK_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ReplyWebhookLimit = new("REPLY_WEBHOOK_LIMIT", StatusCode.ResourceExhausted);
    public static readonly Reason TaskNotFound = new("TASK_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason TaskClosed = new("TASK_CLOSED", StatusCode.FailedPrecondition);
    public static readonly Reason AutomationRuleNotFound = new("AUTOMATION_RULE_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason LeadScoreRuleNotFound = new("LEAD_SCORE_RULE_NOT_FOUND", StatusCode.NotFound);
#pragma warning restore CS1591
}
