using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Deliverability;

/// <summary>The reasons of contactplatform.deliverability.v1.ErrorReason with the codes they travel under.</summary>
public static class DeliverabilityReasons
{
#pragma warning disable CS1591 // Each is documented in contactplatform/deliverability/v1/error_reason.proto.
    public static readonly Reason ContactNotFound = new("CONTACT_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason SuppressionNotFound = new("SUPPRESSION_NOT_FOUND", StatusCode.NotFound);
    public static readonly Reason FactDoesNotHold = new("FACT_DOES_NOT_HOLD", StatusCode.FailedPrecondition);
#pragma warning restore CS1591
}
