using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;

namespace ContactPlatform.Cli;

/// <summary>Says what a failed call means, in the words of its error details, one thing a line.</summary>
internal static partial class Failures
{
    public static IEnumerable<string> Describe(RpcException failure)
    {
        if (Details(failure) is not { } status)
        {
            return failure.StatusCode switch
            {
                StatusCode.Unavailable => ["The service does not answer: is the stack still running (`./dev run`)?", Cause(failure.Status.Detail)],
                StatusCode.DeadlineExceeded => ["The service took too long to answer; try again."],
                _ => [$"{failure.StatusCode}: {failure.Status.Detail}"],
            };
        }

        List<string> lines = [status.Message];
        foreach (var detail in status.Details)
        {
            if (detail.TryUnpack<ErrorInfo>(out var info))
            {
                // `reason` in today's google/rpc/error_details.proto; this package still has the field's older name.
                lines.Add($"Reason: {info.Type} ({info.Domain})");
                lines.AddRange(info.Metadata.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => $"  {m.Key}: {m.Value}"));
            }
            else if (detail.TryUnpack<BadRequest>(out var request))
            {
                lines.AddRange(request.FieldViolations.Select(v => $"  {v.Field}: {v.Description}"));
            }
            else if (detail.TryUnpack<RetryInfo>(out var retry))
            {
                var seconds = retry.RetryDelay.ToTimeSpan().TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
                lines.Add($"This passes by itself: try again in {seconds} s.");
            }
        }

        return lines;
    }

    /// <summary>True when the same call may well succeed later: the service went away, restarts, or is busy.</summary>
    public static bool Passes(RpcException failure) =>
        failure.StatusCode == StatusCode.Unavailable
        // A stream that is cut in the middle of a message has no details.
        || (failure.StatusCode is StatusCode.Internal or StatusCode.Unknown && Details(failure) is null);

    private static Google.Rpc.Status? Details(RpcException failure)
    {
        var bytes = failure.Trailers.GetValueBytes("grpc-status-details-bin");
        try
        {
            return bytes is null ? null : Google.Rpc.Status.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            // Not ours: some proxy's. The plain status says what there is to say.
            return null;
        }
    }

    /// <summary>
    /// The innermost of the causes that the client library strings together, in one line; not that it had closed its
    /// connection by then.
    /// </summary>
    private static string Cause(string detail) =>
        Exceptions().Split(detail) is var parts && parts.Length < 3 ? parts[^1].Split('\n')[0]
            : parts.Skip(1).Chunk(2).Last(c => c[0] != "ObjectDisposed" || parts.Length == 3)[1].Split('\n')[0].Trim();

    [GeneratedRegex("([A-Za-z]+)Exception: ")]
    private static partial Regex Exceptions();
}
