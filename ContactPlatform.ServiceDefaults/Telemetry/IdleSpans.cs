using System.Diagnostics;
using OpenTelemetry;

namespace ContactPlatform.ServiceDefaults.Telemetry;

/// <summary>
/// Leaves out the spans of idle waiting, which would bury the rest: those of a background loop that looks whether there is
/// something to do (a single span of a client, outside any request or run), and those below a request that
/// <see cref="RequestSpans"/> left out.
/// </summary>
internal sealed class IdleSpans : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        var poll = data is { ParentId: null, Kind: ActivityKind.Client, Status: not ActivityStatusCode.Error, Source.Name: "Npgsql" or PlatformTelemetry.Name };
        if (poll || data.Parent is { Recorded: false })
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
