using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Sequences;

/// <summary>The reasons of contactplatform.sequences.v1.ErrorReason with the codes they travel under.</summary>
public static class SequencesReasons
{
#pragma warning disable CS1591 // Each is documented in contactplatform/sequences/v1/error_reason.proto.
    public static readonly Reason SequenceNotFound = new("SEQUENCE_NOT_FOUND", StatusCode.NotFound);
#pragma warning restore CS1591
}
