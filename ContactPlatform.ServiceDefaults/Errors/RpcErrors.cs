using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace ContactPlatform.ServiceDefaults.Errors;

/// <summary>Turns refusals into what travels: a status, and google.rpc.Status in `grpc-status-details-bin`.</summary>
public static class RpcErrors
{
    /// <summary>Where the details travel.</summary>
    internal const string DetailsTrailer = "grpc-status-details-bin";

    /// <summary>Builds the exception that gRPC sends for a refusal.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="service">Name of the service, for the error's domain.</param>
    public static RpcException ToRpc(this Refusal refusal, string service)
    {
        // This version of the generated class still calls field 1 by its first name, `type`; on the wire it is `reason`.
        var info = new ErrorInfo { Type = refusal.Reason.Name, Domain = $"{service}.contactplatform" };
        info.Metadata.Add(refusal.Metadata.ToDictionary());
        var status = new Google.Rpc.Status { Code = (int)refusal.Reason.Code, Message = refusal.Message, Details = { Any.Pack(info) } };
        if (refusal.Violations.Count > 0)
        {
            // A trailer has to stay small: 50 violations are more than anybody mends at a time.
            var bad = new BadRequest();
            bad.FieldViolations.Add(refusal.Violations.Take(50).Select(v => new BadRequest.Types.FieldViolation { Field = v.Field, Description = v.Description }));
            status.Details.Add(Any.Pack(bad));
        }
        if (refusal.Reason.Code == StatusCode.FailedPrecondition)
        {
            status.Details.Add(Any.Pack(new PreconditionFailure
            {
                Violations = { new PreconditionFailure.Types.Violation { Type = refusal.Reason.Name, Subject = refusal.Metadata.GetValueOrDefault("from", ""), Description = refusal.Message } },
            }));
        }
        if (refusal.RetryAfter is { } delay)
        {
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) }));
        }
        var trailers = new Metadata { { DetailsTrailer, status.ToByteArray() } };
        return new RpcException(new Grpc.Core.Status(refusal.Reason.Code, refusal.Message), trailers);
    }

    /// <summary>Reads the details of an error that another service (or a test's server) sent; null when it carries none.</summary>
    public static Google.Rpc.Status? Details(this RpcException exception) =>
        exception.Trailers.FirstOrDefault(t => t.Key == DetailsTrailer) is { } trailer ? Google.Rpc.Status.Parser.ParseFrom(trailer.ValueBytes) : null;

    /// <summary>Reads the reason of an error that another service sent; null when it gives none.</summary>
    public static string? Reason(this RpcException exception) => exception.Detail<ErrorInfo>()?.Type;

    /// <summary>Reads one kind of detail of an error that another service sent; null when it is not there.</summary>
    public static T? Detail<T>(this RpcException exception) where T : class, IMessage<T>, new() =>
        exception.Details()?.Details.FirstOrDefault(d => d.Is(new T().Descriptor))?.Unpack<T>();
}
