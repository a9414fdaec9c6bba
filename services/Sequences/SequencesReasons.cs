using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Sequences;

/// <summary>The reasons of contactplatform.sequences.v1.ErrorReason with the codes they travel under.</summary>
public static class SequencesReasons
{
#pragma warning disable CS1591 // Each is documented in contactplatform/sequences/v1/error_reason.proto.
    public static readonly Reason SequenceNotFound = new("SEQUENCE_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ContactNotFound = new("CONTACT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ReplyNotFound = new("REPLY_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ReplyMailInvalid = new("REPLY_MAIL_INVALID", StatusCode.InvalidArgument);
    public static readonly Reason ReplyWebhookNotFound = new("REPLY_WEBHOOK_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason ReplyWebhookLimit = new("REPLY_WEBHOOK_LIMIT", StatusCode.ResourceExhausted);
#pragma warning restore CS1591
}
