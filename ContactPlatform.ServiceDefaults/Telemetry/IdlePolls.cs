using System.Diagnostics;
using OpenTelemetry;

namespace ContactPlatform.ServiceDefaults.Telemetry;

/// <summary>
/// Leaves out the traces of idle waiting: a background loop that looks whether there is something to do asks the database
/// or Redis outside any request or run, so what it leaves is a single span of a client, several times a second.
/// </summary>
internal sealed class IdlePolls : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data is { ParentId: null, Kind: ActivityKind.Client, Status: not ActivityStatusCode.Error, Source.Name: "Npgsql" or PlatformTelemetry.Name })
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
