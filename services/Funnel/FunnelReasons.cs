using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Funnel;

/// <summary>The reasons of contactplatform.funnel.v1.ErrorReason with the codes they travel under.</summary>
public static class FunnelReasons
{
#pragma warning disable CS1591 // Each is documented in contactplatform/funnel/v1/error_reason.proto.
    public static readonly Reason ContactNotFound = new("CONTACT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason RecordInactive = new("RECORD_INACTIVE", StatusCode.FailedPrecondition);
    public static readonly Reason NotLost = new("NOT_LOST", StatusCode.FailedPrecondition);
    public static readonly Reason LabelRuleNotFound = new("LABEL_RULE_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason LabelNotFound = new("LABEL_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason LabelRuleExists = new("LABEL_RULE_EXISTS", StatusCode.AlreadyExists);
    public static readonly Reason RunNotEnded = new("RUN_NOT_ENDED", StatusCode.FailedPrecondition);
    public static readonly Reason PreviewTokenInvalid = new("PREVIEW_TOKEN_INVALID", StatusCode.InvalidArgument);
    public static readonly Reason LabelMembersChanged = new("LABEL_MEMBERS_CHANGED", StatusCode.FailedPrecondition);
#pragma warning restore CS1591
}
