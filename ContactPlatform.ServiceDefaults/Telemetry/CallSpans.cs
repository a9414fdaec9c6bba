using System.Diagnostics;
using OpenTelemetry;

namespace ContactPlatform.ServiceDefaults.Telemetry;

/// <summary>Names the spans of calls to other services by what was called; the client library names them all alike.</summary>
internal sealed class CallSpans : BaseProcessor<Activity>
{
    /// <summary>Name of the client library's source of spans.</summary>
    public const string Source = "Grpc.Net.Client";

    public override void OnEnd(Activity data)
    {
        if (data.Source.Name == Source && data.GetTagItem("grpc.method") is string { Length: > 1 } method)
        {
            data.DisplayName = method[1..];
        }
    }
}
