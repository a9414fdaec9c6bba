using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Errors;

/// <summary>
/// A reason for refusing a call, with the gRPC code it travels under. Each service lists its own in one table that
/// mirrors its error_reason.proto; a test compares the two.
/// </summary>
/// <param name="Name">Name as in the proto, without the prefix <c>ERROR_REASON_</c>.</param>
/// <param name="Code">Code of the call's status.</param>
public sealed record Reason(string Name, StatusCode Code);

/// <summary>The reasons that every service may give: contactplatform.common.v1.ErrorReason.</summary>
public static class CommonReasons
{
#pragma warning disable CS1591 // Each is documented in contactplatform/common/v1/error_reason.proto.
    public static readonly Reason InvalidField = new("INVALID_FIELD", StatusCode.InvalidArgument);
    public static readonly Reason PageTokenInvalid = new("PAGE_TOKEN_INVALID", StatusCode.InvalidArgument);
    public static readonly Reason TokenMissing = new("TOKEN_MISSING", StatusCode.Unauthenticated);
    public static readonly Reason TokenInvalid = new("TOKEN_INVALID", StatusCode.Unauthenticated);
    public static readonly Reason ScopeMissing = new("SCOPE_MISSING", StatusCode.PermissionDenied);
    public static readonly Reason RequestIdReused = new("REQUEST_ID_REUSED", StatusCode.AlreadyExists);
    public static readonly Reason EtagMismatch = new("ETAG_MISMATCH", StatusCode.Aborted);
    public static readonly Reason LockBusy = new("LOCK_BUSY", StatusCode.Unavailable);
    public static readonly Reason LocksUnavailable = new("LOCKS_UNAVAILABLE", StatusCode.Unavailable);
    public static readonly Reason DatabaseUnavailable = new("DATABASE_UNAVAILABLE", StatusCode.Unavailable);
    public static readonly Reason ServiceUnavailable = new("SERVICE_UNAVAILABLE", StatusCode.Unavailable);
    public static readonly Reason LimitExceeded = new("LIMIT_EXCEEDED", StatusCode.ResourceExhausted);
    public static readonly Reason RunNotFound = new("RUN_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason RunEnded = new("RUN_ENDED", StatusCode.FailedPrecondition);
    public static readonly Reason ProjectionBehind = new("PROJECTION_BEHIND", StatusCode.Unavailable);
    public static readonly Reason MessageMalformed = new("MESSAGE_MALFORMED", StatusCode.InvalidArgument);
    public static readonly Reason Internal = new("INTERNAL", StatusCode.Internal);
#pragma warning restore CS1591
}
