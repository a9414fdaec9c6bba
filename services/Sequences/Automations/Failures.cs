using ContactPlatform.ServiceDefaults.Errors;
using Grpc.Core;

namespace ContactPlatform.Sequences.Automations;

/// <summary>Tells what passes by itself from what does not, of what other services answer.</summary>
internal static class Failures
{
    /// <summary>Answers that the same call gets again, whenever it is made.</summary>
    private static readonly HashSet<StatusCode> Final =
        [StatusCode.NotFound, StatusCode.InvalidArgument, StatusCode.FailedPrecondition, StatusCode.AlreadyExists, StatusCode.PermissionDenied, StatusCode.OutOfRange, StatusCode.Unimplemented];

    /// <summary>The reason of a refusal that stays one; null for anything else.</summary>
    public static string? Permanent(Exception exception) => exception switch
    {
        RpcException e when Final.Contains(e.StatusCode) => Reason(e),
        RefusalException { Refusal: var refusal } when Final.Contains(refusal.Reason.Code) => refusal.Reason.Name,
        _ => null,
    };

    /// <summary>Whether it makes sense to try again: another service or the database is away, or an answer says no more than that something broke.</summary>
    public static bool IsTemporary(Exception exception, CancellationToken stopping) => !stopping.IsCancellationRequested && (exception is RpcException || FaultTable.Find(exception) is not null);

    /// <summary>What an error is put down to.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        RpcException e => e.Reason() ?? e.StatusCode.ToString(),
        _ => FaultTable.Find(exception)?.Reason.Name ?? exception.GetType().Name,
    };
}
